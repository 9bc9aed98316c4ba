"""The pack as text: YAML with a comment wherever the draft had to guess.

Comes in: a drafted entity per sample. Goes out: the text of `<name>.yml`. Called by `draft`.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

import yaml

from extractors.drafting.columns import DraftColumn
from extractors.drafting.concepts import Meaning
from extractors.drafting.names import file_pattern
from extractors.drafting.sample import Sample


@dataclass(frozen=True)
class DraftEntity:
    """A sample, understood: its columns, what tells its rows apart, what they mean, and what can be made of them."""

    sample: Sample
    columns: list[DraftColumn]
    key: list[str]
    key_reason: str
    has_key: bool
    meanings: dict[str, Meaning]
    canonical: list[str]

    @property
    def name(self) -> str:
        return self.sample.entity

    def column(self, concept: str) -> str | None:
        """The column that holds a concept, or None."""
        return self.meanings[concept].column.name if concept in self.meanings else None


def pack_text(name: str, entities: list[DraftEntity], provides: dict[str, DraftEntity]) -> str:
    """Return the YAML of a pack."""
    lines = [
        f"# Drafted from {', '.join(entity.sample.path.name for entity in entities)}. Read it, correct it, and take the comments out.",
        f"pack: {name}",
        f"title: {name.replace('_', ' ').title()}",
        "description: Drafted from sample exports.",
    ]
    if provides:
        lines += ["# Canonical entities, each with a model in dbt_project/models/staging.", "provides:"]
        lines += [f"  - {entity}" for entity in provides]
    lines.append("entities:")
    for entity in entities:
        lines += _entity_lines(entity)
    lines += _control_lines(provides)
    return "\n".join(lines) + "\n"


def _entity_lines(entity: DraftEntity) -> list[str]:
    mode = "snapshot" if entity.has_key else "documents"
    why = (
        "each delivery is taken for the whole table" if entity.has_key else "a newer delivery of a document replaces it"
    )
    options = dict(entity.sample.format)
    if any(column.uses_comma for column in entity.columns):
        options["decimal_mark"] = ","
    lines = [
        f"  {entity.name}:",
        f"    description: {_scalar('One row per row of ' + entity.sample.path.name)}",
        f"    file: {_scalar(file_pattern(entity.sample.path))}",
        *(f"    {option}: {_scalar(value)}" for option, value in options.items()),
        f"    # {why}; upsert and events are the other modes.",
        f"    mode: {mode}",
        f"    # {entity.key_reason}.",
        f"    key: [{', '.join(entity.key)}]",
        "    columns:",
    ]
    return lines + [line for column in entity.columns for line in _column_lines(column, column.name in entity.key)]


def _column_lines(column: DraftColumn, is_key: bool) -> list[str]:
    remark = "; ".join(column.reasons)
    if column.personal:
        remark += f"; taken for {column.personal}"
    fields: dict[str, Any] = {"name": column.name}
    if column.type != "text":
        fields["type"] = column.type
    if is_key:
        fields["required"] = True
    if column.personal:
        fields["personal"] = True
    if column.formats:
        fields["formats"] = column.formats
    if column.missing:
        fields["missing"] = column.missing
    inside = ", ".join(f"{name}: {_scalar(value)}" for name, value in fields.items())
    return [f"      # {remark}", f"      - {{{inside}}}"]


def _scalar(value: Any) -> str:
    """Write a value as YAML on one line; JSON is YAML, and quotes whatever could be read otherwise."""
    is_plain = isinstance(value, str) and re.fullmatch(r"[A-Za-z][\w .-]*\w", value) and yaml.safe_load(value) == value
    return value if is_plain else json.dumps(value, ensure_ascii=False)


def _control_lines(provides: dict[str, DraftEntity]) -> list[str]:
    """Control totals of the lines, counted without the models."""
    totals = {name: provides[name] for name in ("sales_order_lines", "purchase_order_lines") if name in provides}
    if not totals:
        return []
    lines = [
        "# Counted from the raw rows without the models: nothing is published unless both sides agree.",
        "control_totals:",
    ]
    for canonical, entity in totals.items():
        lines += [
            f"  {canonical}:",
            f"    table: {entity.name}",
            f"    date: {json.dumps(_control_date(entity), ensure_ascii=False)}",
            "    measures:",
            '      rows: "1"',
            f"      quantity: try_cast({_cell(entity, 'quantity')} AS DECIMAL(18, 4))",
        ]
    return lines


def _control_date(entity: DraftEntity) -> str:
    days = []
    for concept in ("ordered_on", "promised_on", "delivered_on", "shipped_on"):
        if concept in entity.meanings:
            column = entity.meanings[concept].column
            formats = ", ".join(f"'{form}'" for form in column.formats)
            days.append(f"CAST(try_strptime(trim(r.{column.name}), [{formats}]) AS DATE)")
    document = entity.column("purchase_order") or entity.column("order")
    # The day of a document is that of its first row.
    first = f"OVER (PARTITION BY r.{document}, r._load_id ORDER BY r._row)"
    return f"first_value(coalesce({', '.join(days)}, NULL)) {first}" if days else "NULL"


def _cell(entity: DraftEntity, concept: str) -> str:
    return f"r.{entity.column(concept)}"
