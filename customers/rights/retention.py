"""How long personal data is kept, by entity.

Comes in: `[retention]` of weft.toml. Goes out: raw rows whose date of business is longer ago, without their personal columns; money,
counts and ids stay. Called by every run after landing, and by `weft run` first, so that a wrong word stops it at once.
"""

import re
from dataclasses import dataclass
from datetime import date

import duckdb

from customers.rights.lake_rows import replace_table
from customers.rights.person import table_of
from extractors.pack import load_pack
from extractors.redaction import Forgotten, RawEntity
from extractors.suppression import raw_entity, salt_of
from warehouse.errors import WeftError
from warehouse.identifiers import quote_identifier
from warehouse.settings import Settings

PERIOD = re.compile(r"^([1-9][0-9]{0,4}) (day|week|month|year)s?$")


@dataclass(frozen=True)
class Rule:
    """Personal data of one raw entity of one system is kept for a period, such as `3 years`."""

    system: str
    entity: str
    period: str


def rules(settings: Settings) -> list[Rule]:
    """Return the rules of weft.toml, a canonical entity resolved into the raw ones that feed it.

    Raises:
        WeftError: an option names no entity in use, or says no period.
    """
    known = _known(settings)
    found = []
    for option, period in settings.retention.items():
        if not PERIOD.match(period):
            raise WeftError(
                f'{settings.config_path}: retention.{option}: {period!r} is no period; write it as "400 days", "6 months" or "3 years".'
            )
        if option not in known:
            raise WeftError(
                f"{settings.config_path}: retention.{option} names no entity with a date and personal columns in the systems in use; "
                f"known are {', '.join(sorted(known))}."
            )
        found += [Rule(system, entity, period) for system, entity in known[option]]
    return found


def _known(settings: Settings) -> dict[str, list[tuple[str, str]]]:
    known: dict[str, list[tuple[str, str]]] = {}
    for system, chosen in settings.systems.items():
        for name, entity in load_pack(chosen.pack).entities.items():
            if entity.aged_by is not None:
                for option in (f"{system}.{name}", *entity.feeds):
                    known.setdefault(option, []).append((system, name))
    return known


def apply_retention(con: duckdb.DuckDBPyConnection, settings: Settings, today: date) -> dict[str, int]:
    """Overwrite personal columns of rows that are older than they may be, and of rows that belong to these; return rows by table."""
    changed: dict[str, int] = {}
    for rule in rules(settings):
        entity = raw_entity(con, settings, rule.system, rule.entity)
        if entity is None:
            continue
        condition = _is_old(entity, rule, today)
        children = [
            (
                child,
                f"trim({quote_identifier(column)}) IN (SELECT {entity.number} FROM {table_of(entity)} WHERE {condition})",
            )
            for name in entity.pack.entities
            if (child := raw_entity(con, settings, rule.system, name)) is not None and not entity.described.person
            for column, kind in child.owners()
            if kind == entity.kind
        ]
        for one, is_old in [*children, (entity, condition)]:
            _overwrite(con, settings, one, is_old, changed)
    return changed


def _is_old(entity: RawEntity, rule: Rule, today: date) -> str:
    cell = f"nullif(trim({quote_identifier(entity.described.aged_by or '')}), '')"
    declared = entity.declared[(entity.described.aged_by or "").lower()]
    tried = [f"try_cast({cell} AS TIMESTAMP)", *(f"try_strptime({cell}, '{form}')" for form in declared.formats)]
    # In whole days of the warehouse's clock, UTC; a row without a readable date is as old as its export.
    return f"coalesce(coalesce({', '.join(tried)}, _exported_on) < DATE '{today.isoformat()}' - INTERVAL '{rule.period}', false)"


def _overwrite(
    con: duckdb.DuckDBPyConnection, settings: Settings, entity: RawEntity, is_old: str, changed: dict[str, int]
) -> None:
    salted = Forgotten({}, salt_of(settings), is_hashed=True)
    values, open_cells = [], []
    for name in entity.personal:
        cell, declared = quote_identifier(name), entity.declared[name.lower()]
        stays = declared.required or declared.name in entity.described.key
        instead = salted.pseudonym(cell) if stays else "NULL"
        values.append(f"CASE WHEN {is_old} THEN {instead} ELSE {cell} END AS {cell}")
        open_cells.append(f"({cell} IS NOT NULL AND NOT starts_with({cell}, 'erased-'))")
    if not values:
        return
    table = table_of(entity)
    row = con.execute(f"SELECT count(*) FROM {table} WHERE {is_old} AND ({' OR '.join(open_cells)})").fetchone()
    if row is not None and row[0]:
        replace_table(con, table, f"SELECT * REPLACE ({', '.join(values)}) FROM {table}")
        name = f"raw.{entity.system}__{entity.name}"
        changed[name] = changed.get(name, 0) + int(row[0])
