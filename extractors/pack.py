"""Packs: what to pull from one kind of system, and in which format.

Comes in: `extractors/packs/<pack>.yml`. Goes out: a checked `Pack`. Called by landing, by the gates' caller and by `dbt_vars`.
"""

import codecs
import re
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator, model_validator

from warehouse.errors import WeftError

PACKS_DIR = Path(__file__).parent / "packs"

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
ColumnType = Literal["text", "integer", "decimal", "boolean", "date", "timestamp", "json", "xml"]


class Part(BaseModel):
    """A part of a pack; an unknown key is an error, since a misspelt option must not be ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Column(Part):
    """One column of an export. `type` is what the text should be read as later; landing keeps the text.

    `references` names the entity of the same system whose key, the first column of it, stands in this column. `owner` names the
    entity, of this pack or as `pack.entity`, whose row stands here and to whose person this row belongs; `owns` the other way round.
    """

    name: Annotated[str, StringConstraints(min_length=1)]
    type: ColumnType = "text"
    required: bool = False
    personal: bool = False
    aliases: list[str] = Field(default_factory=list)
    formats: list[str] = Field(default_factory=list)
    missing: list[str] = Field(default_factory=list)
    references: Name | None = None
    owner: Annotated[str, StringConstraints(pattern=r"^([a-z][a-z0-9_]*\.)?[a-z][a-z0-9_]*$")] | None = None
    owns: Name | None = None
    description: str | None = None


class Format(Part):
    """How to pull and read an entity; the pack's defaults, or an entity's own."""

    kind: Literal["file", "database", "rest"] = "file"
    format: Literal["csv", "jsonl", "parquet", "xlsx", "edi"] = "csv"
    delimiter: Annotated[str, StringConstraints(min_length=1, max_length=4)] = ","
    encoding: str = "utf-8"
    header: bool = True
    quote: Annotated[str, StringConstraints(max_length=1)] = '"'
    escape: Annotated[str, StringConstraints(max_length=1)] | None = None
    row_end: str | None = None
    records: Literal["lines", "counted"] = "lines"
    file_prefix: str = ""
    decimal_mark: Literal[".", ","] = "."
    skip_lines: int = Field(default=0, ge=0)
    sheet: str | None = None
    messages: list[str] = Field(default_factory=list)
    mode: Literal["snapshot", "upsert", "events", "documents"] = "upsert"
    deletes: Literal["none", "flag", "tombstone", "comparison"] = "none"
    time_zone: str = "UTC"
    date_shift_days: int = 0
    minimum_rows_ratio: float = Field(default=0.5, ge=0, le=1)
    maximum_rejected_ratio: float = Field(default=0.5, ge=0, le=1)

    @field_validator("encoding")
    @classmethod
    def _encoding_is_known(cls, encoding: str) -> str:
        try:
            codecs.lookup(encoding)
        except LookupError:
            raise ValueError(f"{encoding!r} is no encoding; for example utf-8, cp1252, iso-8859-15, utf-16") from None
        return encoding

    @field_validator("time_zone")
    @classmethod
    def _time_zone_is_known(cls, time_zone: str) -> str:
        if time_zone != "UTC" and (known := available_timezones()) and time_zone not in known:
            raise ValueError(f"{time_zone!r} is no time zone; for example UTC, Europe/Berlin, Asia/Dubai")
        return time_zone

    @model_validator(mode="after")
    def _readable(self) -> "Format":
        if (self.format == "edi") != bool(self.messages):
            raise ValueError('`messages` names the message types that are read of format: edi, such as ["850", ORDERS]')
        if self.format != "csv":
            return self
        if self.quote and self.quote in self.delimiter:
            raise ValueError("quote and delimiter share a character, so fields cannot be told apart")
        if self.records == "counted" and len(self.delimiter) != 1:
            raise ValueError("records: counted needs a delimiter of one character")
        if self.quote and (self.records == "counted" or self.row_end is not None):
            raise ValueError('records: counted and row_end are for exports that quote nothing: set quote: ""')
        return self


class Entity(Format):
    """One table, file or endpoint of a system."""

    description: str = ""
    file: str | None = None
    table: str | None = None
    query: str | None = None
    cursor: str | None = None
    look_back: Annotated[str, StringConstraints(pattern=r"^[0-9]+ (second|minute|hour|day|week|month)s?$")] | None = (
        None
    )
    endpoint: dict[str, Any] | None = None
    key: list[str] = Field(min_length=1)
    # Each row is a human being's record, known by the first column of the key.
    person: bool = False
    # The column with the date of business by which a retention period counts.
    aged_by: str | None = None
    # The canonical entities that its rows become, by whose names a retention period may be given.
    feeds: list[Name] = Field(default_factory=list)
    ignore_columns: list[str] = Field(default_factory=list)
    columns: list[Column] = Field(min_length=1)

    @model_validator(mode="after")
    def _consistent(self) -> "Entity":
        names = [column.name for column in self.columns]
        lowered = [name.lower() for name in names]
        doubled = sorted({name for name in lowered if lowered.count(name) > 1})
        if doubled:
            raise ValueError(f"columns named twice: {', '.join(doubled)}")
        if self.aged_by is not None and self.aged_by not in names:
            raise ValueError(f"aged_by names a column that is not declared: {self.aged_by}")
        unknown = [name for name in [*self.key, *([self.cursor] if self.cursor else [])] if name not in names]
        if unknown and not (self.cursor in unknown and "(" in (self.cursor or "")):
            raise ValueError(f"key or cursor names columns that are not declared: {', '.join(unknown)}")
        if any(name.startswith("_") for name in names):
            raise ValueError("column names that begin with _ are reserved for the origin of a row")
        if self.kind == "file" and self.file is None:
            raise ValueError("file: give the pattern of its files, such as orders*.csv*")
        if self.kind == "database" and (self.table is None) == (self.query is None):
            raise ValueError("a database entity has either `table` or `query`")
        if self.kind == "rest" and self.endpoint is None:
            raise ValueError("a REST entity has an `endpoint`")
        if self.kind == "database" and self.deletes == "comparison" and self.mode == "events":
            raise ValueError("deletes: comparison needs mode: upsert (events happened; nothing deletes them)")
        return self

    @property
    def compares_keys(self) -> bool:
        """Whether deletions are found by comparing keys; a snapshot shows them without."""
        return self.kind == "database" and self.deletes == "comparison" and self.mode == "upsert"

    @property
    def column_names(self) -> list[str]:
        """The declared columns, in order."""
        return [column.name for column in self.columns]


class ControlTotal(Part):
    """How to count a canonical entity in the raw tables, sharing nothing with the models; a list of them where it is made of
    several tables.

    `table` is the raw entity whose rows (alias `r`) become the canonical ones; `joins` may join the current rows of others as
    `{other_entity}`; `date` and `measures` are SQL expressions.
    """

    table: str
    joins: str = ""
    date: str
    measures: dict[str, str]


class Pack(Part):
    """Everything Weft knows about reading one kind of system."""

    pack: Name
    title: str
    description: str = ""
    provides: list[Name] = Field(default_factory=list)
    id_spaces: dict[Name, Name] = Field(default_factory=dict)
    connection: dict[str, Any] | None = None
    options: dict[Name, str] = Field(default_factory=dict)
    entities: dict[Name, Entity] = Field(min_length=1)
    control_totals: dict[Name, ControlTotal | list[ControlTotal]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _references_lead_somewhere(self) -> "Pack":
        for name, entity in self.entities.items():
            for column in entity.columns:
                if column.references is not None and column.references not in self.entities:
                    raise ValueError(
                        f"{name}.{column.name} references {column.references!r}, which is no entity of the pack"
                    )
                named = column.owns or (column.owner if column.owner and "." not in column.owner else None)
                if named is not None and named not in self.entities:
                    raise ValueError(f"{name}.{column.name}: {named!r} is no entity of the pack, so it owns nothing")
        return self


class _UniqueKeys(yaml.SafeLoader):
    """Reads YAML in which a key that stands twice is an error, not silently the last one."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(None, None, f"{key!r} stands there twice", key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep)


def _place(content: Any, location: tuple[int | str, ...]) -> str:
    """Say where in the pack an error is, with the names of columns in the place of their numbers."""
    parts = []
    for part in location:
        try:
            content = content[part]
        except (KeyError, IndexError, TypeError):
            content = None
        is_named = isinstance(part, int) and isinstance(content, dict) and "name" in content
        parts.append(str(content["name"] if is_named else part))
    return ".".join(parts) or "(pack)"


@lru_cache
def load_pack(name: str, folder: Path = PACKS_DIR) -> Pack:
    """Read and check one pack.

    Raises:
        WeftError: there is no such pack, or it says something that cannot be used; the message names file, entity and field.
    """
    path = folder / f"{name}.yml"
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or not path.is_file():
        known = ", ".join(sorted(found.stem for found in folder.glob("*.yml")))
        raise WeftError(f"There is no pack {name!r}. Known packs: {known}.")
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_UniqueKeys)  # noqa: S506, a SafeLoader
        defaults = content.pop("defaults", {})
        content["entities"] = {
            entity: {**defaults, **(described or {})} for entity, described in content.get("entities", {}).items()
        }
        pack = Pack.model_validate(content)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise WeftError(f"{path} is not valid YAML: {error}") from error
    except (AttributeError, TypeError) as error:
        raise WeftError(f"{path} is not a pack: it must be a mapping with `pack`, `title` and `entities`.") from error
    except ValidationError as error:
        problems = "\n".join(f"  {_place(content, e['loc'])}: {e['msg']}" for e in error.errors())
        raise WeftError(f"{path} says something that cannot be used:\n{problems}") from error
    if pack.pack != name:
        raise WeftError(f"{path} calls itself {pack.pack!r}; its name must be that of the file.")
    return pack
