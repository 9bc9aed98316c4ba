"""Who is meant, and which raw rows are hers.

Comes in: a person key, a customer key, a customer number or an e-mail address. Goes out: a `Person`: her e-mails, phones, names,
streets, and the numbers of her rows in each raw table. Called by erasure and by the access request.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import duckdb

from extractors.pack import load_pack
from extractors.redaction import Forgotten, RawEntity, is_theirs, phone_token
from extractors.suppression import raw_entity
from warehouse.errors import WeftError
from warehouse.identifiers import quote_identifier, quote_literal
from warehouse.settings import Settings

EMAIL_COLUMN = ("email", "mail", "value", "recipient", "address")
PHONE_COLUMN = ("phone", "mobile", "fax", "value")
STREET_COLUMN = ("street", "addr1", "addr2", "address_1", "address_2", "address_line", "addess_line")
# Shorter numbers are extensions and the like; they would be found everywhere.
PHONE_DIGITS = 7


@dataclass
class Person:
    """What is known of one person. `numbers` holds her rows' numbers by <system>.<entity>, `others` those of people who share an e-mail."""

    asked_for: str
    person_key: str | None = None
    record_keys: set[str] = field(default_factory=set)
    emails: set[str] = field(default_factory=set)
    phones: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    streets: set[str] = field(default_factory=set)
    numbers: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    others: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def tokens(self) -> dict[str, list[str]]:
        """Return what she is known by, clear, in the kinds of `Forgotten`."""
        found = {
            "email": sorted(self.emails),
            "phone": sorted({_digits(phone)[-9:] for phone in self.phones}),
            "name": sorted(self.names),
        }
        found |= {f"id:{kind}": sorted(numbers) for kind, numbers in self.numbers.items()}
        found |= {f"other:{kind}": sorted(numbers) for kind, numbers in self.others.items()}
        return {kind: values for kind, values in found.items() if values}

    def forgotten(self, salt: str) -> Forgotten:
        """Return her as somebody to be forgotten."""
        return Forgotten(self.tokens(), salt, is_hashed=False)

    def to_json(self) -> dict[str, Any]:
        """Return all of it in plain types."""
        plain: dict[str, Any] = {"asked_for": self.asked_for, "person_key": self.person_key}
        for name in ("record_keys", "emails", "phones", "names", "streets"):
            plain[name] = sorted(getattr(self, name))
        for name in ("numbers", "others"):
            plain[name] = {kind: sorted(values) for kind, values in getattr(self, name).items()}
        return plain

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> "Person":
        """Return the person that `to_json` wrote."""
        person = cls(plain["asked_for"], plain["person_key"])
        for name in ("record_keys", "emails", "phones", "names", "streets"):
            getattr(person, name).update(plain[name])
        for name in ("numbers", "others"):
            getattr(person, name).update({kind: set(values) for kind, values in plain[name].items()})
        return person


def raw_entities(con: duckdb.DuckDBPyConnection, settings: Settings) -> list[RawEntity]:
    """Return every raw table that exists, of the systems in use."""
    found = [
        raw_entity(con, settings, system, entity)
        for system, chosen in settings.systems.items()
        for entity in load_pack(chosen.pack).entities
    ]
    return [one for one in found if one is not None]


def table_of(entity: RawEntity) -> str:
    """Return the quoted name of a raw table."""
    return f"lake.raw.{quote_identifier(f'{entity.system}__{entity.name}')}"


def find_person(con: duckdb.DuckDBPyConnection, settings: Settings, asked_for: str) -> Person:
    """Find everything that belongs to the person meant.

    Raises:
        WeftError: nobody is known by that, or several people are.
    """
    person = Person(asked_for.strip())
    entities = raw_entities(con, settings)
    records = _records(con)
    links = _links(con)
    if "@" in person.asked_for:
        person.emails.add(person.asked_for.lower())
        named = {key for key, *_, email in records if email and email.lower() in person.emails}
    else:
        named = _named(person.asked_for, records, links)
    _take_records(person, entities, con, _linked(named, links), records)
    person.person_key = next(iter({links[key] for key in person.record_keys if key in links}), None)
    _learn(con, person, entities)
    _same_email(con, person, entities, records, links)
    if not person.numbers and not _has_rows(con, person, entities):
        raise WeftError(
            f"Nobody is known by {_kind_of(asked_for)}. Give a person key, a customer key, a customer number such as "
            "shopify:7200000000001, or an e-mail address."
        )
    _close(con, person, entities)
    _learn_from_rows(con, person, entities)
    return person


def _kind_of(asked_for: str) -> str:
    # Error messages end up in logs.
    return "this e-mail address" if "@" in asked_for else "this key or number"


Record = tuple[str, str, str, str | None]


def _records(con: duckdb.DuckDBPyConnection) -> list[Record]:
    """Return (record key, system, number in the system, e-mail) of every record of a person in staging."""
    tables = con.execute(
        "SELECT table_name, list(column_name) FROM information_schema.columns WHERE table_catalog = 'lake' AND table_schema = 'staging' "
        "AND regexp_matches(table_name, '^stg_.*__(customers|leads)$') GROUP BY table_name ORDER BY table_name"
    ).fetchall()
    found: list[Record] = []
    for table, columns in tables:
        key = "customer_key" if "customer_key" in columns and table.endswith("customers") else "lead_key"
        email = "email" if "email" in columns else "CAST(NULL AS VARCHAR)"
        found += con.execute(
            f"SELECT DISTINCT {key}, source_system, source_id, {email} FROM lake.staging.{quote_identifier(table)} WHERE {key} IS NOT NULL"
        ).fetchall()
    return found


def _links(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    try:
        # A record that resolution left alone says nothing of others with its e-mail.
        query = "SELECT record_key, person_key FROM lake.identity.person_link WHERE linked_by <> 'alone'"
        return dict(con.execute(query).fetchall())
    except duckdb.CatalogException:
        return {}


def _named(asked_for: str, records: list[Record], links: dict[str, str]) -> set[str]:
    system, _, number = asked_for.rpartition(":")
    by_key = {key for key, *_ in records if asked_for in (key, links.get(key))}
    if by_key:
        return by_key
    by_number = {key for key, of, known, _ in records if known == number and (not system or of == system)}
    if len({links.get(key, key) for key in by_number}) > 1:
        raise WeftError("Several customers have this number. Say of which system, such as shopify:7200000000001.")
    return by_number


def _linked(named: set[str], links: dict[str, str]) -> set[str]:
    people = {links[key] for key in named if key in links}
    return named | {key for key, person_key in links.items() if person_key in people}


def _take_records(
    person: Person, entities: list[RawEntity], con: duckdb.DuckDBPyConnection, keys: set[str], records: list[Record]
) -> None:
    person.record_keys |= keys
    for key, system, number, email in records:
        if key not in keys:
            continue
        if email:
            person.emails.add(email.lower())
        for entity in entities:
            if entity.system == system and entity.described.person and _exists(con, entity, number):
                person.numbers[entity.kind].add(number)


def _exists(con: duckdb.DuckDBPyConnection, entity: RawEntity, number: str) -> bool:
    return (
        con.execute(f"SELECT 1 FROM {table_of(entity)} WHERE {entity.number} = ? LIMIT 1", [number]).fetchone()
        is not None
    )


def _learn(con: duckdb.DuckDBPyConnection, person: Person, entities: list[RawEntity]) -> None:
    """Read e-mails, phones and names from her own records, in all versions that ever came."""
    for entity in entities:
        numbers = person.numbers.get(entity.kind)
        if numbers and entity.described.person:
            _learn_from(con, person, entity, f"{entity.number} IN ({_listed(numbers)})")
        for column, kind in entity.owners():
            # What holds nothing but ways to reach her, such as a party's contact mechanisms, says them in a table of its own.
            if (
                person.numbers.get(kind)
                and any("value" in name or "email" in name for name in entity.personal)
                and not entity.described.person
            ):
                _learn_from(
                    con,
                    person,
                    entity,
                    f"trim({quote_identifier(column)}) IN ({_listed(person.numbers[kind])})",
                    only_value=True,
                )


def _learn_from(
    con: duckdb.DuckDBPyConnection, person: Person, entity: RawEntity, condition: str, *, only_value: bool = False
) -> None:
    personal = entity.personal
    if not personal:
        return
    chosen = ", ".join(quote_identifier(name) for name in personal)
    rows = con.execute(f"SELECT DISTINCT {chosen} FROM {table_of(entity)} WHERE {condition}").fetchall()
    for row in rows:
        cells = {name.lower(): cell.strip() for name, cell in zip(personal, row, strict=True) if cell and cell.strip()}
        for name, cell in cells.items():
            if "@" in cell and any(word in name for word in EMAIL_COLUMN) and " " not in cell:
                person.emails.add(cell.lower())
            elif any(word in name for word in PHONE_COLUMN) and len(_digits(cell)) >= PHONE_DIGITS:
                person.phones.add(cell)
            elif any(word in name for word in STREET_COLUMN):
                person.streets.add(cell.lower())
        if not only_value:
            person.names |= _full_names(cells)


def _full_names(cells: dict[str, str]) -> set[str]:
    found = set()
    for prefix in {name[: -len("first_name")] for name in cells if name.endswith("first_name")}:
        if f"{prefix}last_name" in cells:
            found.add(f"{cells[f'{prefix}first_name']} {cells[f'{prefix}last_name']}")
    if "firstname" in cells and "lastname" in cells:
        found.add(f"{cells['firstname']} {cells['lastname']}")
    found |= {
        cell
        for name, cell in cells.items()
        if name in ("name", "altname", "addressee", "reviewer_name") or name.endswith("address_name")
    }
    return {name.lower() for name in found if " " in name}


def _same_email(
    con: duckdb.DuckDBPyConnection,
    person: Person,
    entities: list[RawEntity],
    records: list[Record],
    links: dict[str, str],
) -> None:
    """Take records with the same e-mail as hers, unless the resolution says that they are somebody else's."""
    while True:
        before = (len(person.emails), sum(map(len, person.numbers.values())), len(person.record_keys))
        for entity in entities:
            if not (entity.described.person and entity.personal and person.emails):
                continue
            same = " OR ".join(
                f"lower(trim({quote_identifier(name)})) IN ({_listed(person.emails)})" for name in entity.personal
            )
            rows = con.execute(f"SELECT DISTINCT {entity.number} FROM {table_of(entity)} WHERE {same}").fetchall()
            for (number,) in rows:
                keys = {key for key, system, known, _ in records if system == entity.system and known == number}
                others = {links[key] for key in keys if key in links} - {person.person_key}
                if others and not keys & person.record_keys:
                    person.others[entity.kind].add(number)
                else:
                    person.numbers[entity.kind].add(number)
                    person.record_keys |= keys
        person.record_keys |= {
            key for key, *_, email in records if email and email.lower() in person.emails and key not in links
        }
        _learn(con, person, entities)
        if (len(person.emails), sum(map(len, person.numbers.values())), len(person.record_keys)) == before:
            return


def _has_rows(con: duckdb.DuckDBPyConnection, person: Person, entities: list[RawEntity]) -> bool:
    forgotten = person.forgotten("")
    for entity in entities:
        condition = is_theirs(entity, forgotten)
        if (
            condition != "false"
            and con.execute(f"SELECT 1 FROM {table_of(entity)} WHERE {condition} LIMIT 1").fetchone()
        ):
            return True
    return False


def _close(con: duckdb.DuckDBPyConnection, person: Person, entities: list[RawEntity]) -> None:
    """Follow from her rows to those that belong to them, until there are no more."""
    while True:
        before = sum(map(len, person.numbers.values()))
        forgotten = person.forgotten("")
        for entity in entities:
            condition = is_theirs(entity, forgotten)
            if condition == "false":
                continue
            if entity.has_numbers:
                found = con.execute(
                    f"SELECT DISTINCT {entity.number} FROM {table_of(entity)} WHERE {condition}"
                ).fetchall()
                person.numbers[entity.kind] |= {number for (number,) in found if number}
            for column in entity.described.columns:
                if column.owns and entity.has(column.name):
                    cell = f"nullif(trim({quote_identifier(column.name)}), '')"
                    found = con.execute(f"SELECT DISTINCT {cell} FROM {table_of(entity)} WHERE {condition}").fetchall()
                    person.numbers[f"{entity.system}.{column.owns}"] |= {number for (number,) in found if number}
        if sum(map(len, person.numbers.values())) == before:
            return


def _learn_from_rows(con: duckdb.DuckDBPyConnection, person: Person, entities: list[RawEntity]) -> None:
    """Read streets of all of her rows, and the name of a guest, who has no record of her own."""
    is_guest = not person.names
    forgotten = person.forgotten("")
    for entity in entities:
        condition = is_theirs(entity, forgotten)
        if condition == "false" or not entity.personal:
            continue
        seen = Person("")
        _learn_from(con, seen, entity, condition)
        person.streets |= seen.streets
        if is_guest:
            person.names |= seen.names
            person.phones |= seen.phones
    spelled = _spellings(con, person, entities)
    person.phones |= spelled


def _spellings(con: duckdb.DuckDBPyConnection, person: Person, entities: list[RawEntity]) -> set[str]:
    """Return how her phone numbers are spelled anywhere in columns of phone numbers."""
    tokens = {_digits(phone)[-9:] for phone in person.phones}
    found: set[str] = set()
    if not tokens:
        return found
    for entity in entities:
        for name in entity.personal:
            if any(word in name.lower() for word in PHONE_COLUMN):
                cell = quote_identifier(name)
                rows = con.execute(
                    f"SELECT DISTINCT trim({cell}) FROM {table_of(entity)} WHERE {phone_token(cell)} IN ({_listed(tokens)})"
                ).fetchall()
                found |= {phone for (phone,) in rows}
    return found


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign.isdigit() and sign.isascii())


def _listed(values: Iterable[str]) -> str:
    return ", ".join(map(quote_literal, sorted(values)))
