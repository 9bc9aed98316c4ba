"""Which cells of raw rows say something of people who are to be forgotten, and the rows without those cells.

Comes in: a raw entity, and what is known of the people: their e-mails, phones, names and record numbers, or salted hashes of
these. Goes out: SQL. Called by landing, which lets no new delivery bring them back, and by customers/rights, which erases them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from extractors.pack import Column, Entity, Pack
from warehouse.identifiers import quote_identifier, quote_literal

EMAIL = r"[a-z0-9._%+'\-]+@[a-z0-9\-]+(?:[.][a-z0-9\-]+)+"
PHONE = r"[+(]?[0-9][0-9 ()./\-]{5,}[0-9]"
ERASED = "erased"
# Longer lists are looked up in a table; short ones are quicker as they stand.
LITERALS = 200
TOKENS = "temp.main.forgotten"


@dataclass(frozen=True)
class Forgotten:
    """What is known of the people, by kind: email, phone, name, id:<system>.<entity>, other:<system>.<entity>.

    With a salt the tokens are hashes. Of an `other`, who only shares an e-mail, no more than the shared cells are erased.
    """

    tokens: Mapping[str, Sequence[str]]
    salt: str
    is_hashed: bool

    def token(self, kind: str, value: str) -> str:
        """Return the SQL that makes the token of a value."""
        return f"sha256({quote_literal(f'{self.salt}|{kind}|')} || {value})" if self.is_hashed else value

    def knows(self, kind: str, value: str) -> str:
        """Return the SQL that says whether a value is one of theirs."""
        known = self.tokens.get(kind, ())
        if not known:
            return "false"
        if len(known) <= LITERALS:
            return f"coalesce({self.token(kind, value)} IN ({', '.join(map(quote_literal, known))}), false)"
        return f"coalesce({self.token(kind, value)} IN (SELECT token FROM {TOKENS} WHERE kind = {quote_literal(kind)}), false)"

    def knows_any(self, kind: str, values: str) -> str:
        """Return the SQL that says whether any of a list of values is one of theirs."""
        known = self.tokens.get(kind, ())
        if not known:
            return "false"
        hashed = f"list_transform({values}, lambda x: {self.token(kind, 'x')})"
        if len(known) <= LITERALS:
            return f"list_has_any({hashed}, [{', '.join(map(quote_literal, known))}])"
        return f"list_has_any({hashed}, (SELECT list(token) FROM {TOKENS} WHERE kind = {quote_literal(kind)}))"

    def mentions_email(self, text: str) -> str:
        """Return the SQL that says whether a text holds one of their e-mail addresses."""
        found = f"regexp_extract_all(lower({text}), {quote_literal(EMAIL)})"
        return f"coalesce(contains({text}, '@') AND {self.knows_any('email', found)}, false)"

    def mentions_phone(self, text: str) -> str:
        """Return the SQL that says whether a text holds one of their phone numbers."""
        found = f"list_transform(regexp_extract_all({text}, {quote_literal(PHONE)}), lambda p: {phone_token('p')})"
        return f"coalesce({self.knows_any('phone', found)}, false)"

    def pseudonym(self, cell: str) -> str:
        """Return the SQL of the neutral word for a cell that must not be empty: equal cells have equal words."""
        hashed = f"sha256({quote_literal(f'{self.salt}|cell|')} || lower({cell}))"
        return f"CASE WHEN {cell} LIKE '{ERASED}-%' THEN {cell} ELSE '{ERASED}-' || {hashed}[:16] END"


def phone_token(phone: str) -> str:
    """Return the SQL of what all spellings of a phone number share: its last nine digits."""
    return f"right(regexp_replace({phone}, '[^0-9]', '', 'g'), 9)"


def without_emails(text: str) -> str:
    """Return the SQL of a text whose e-mail addresses are replaced."""
    return f"regexp_replace({text}, {quote_literal(EMAIL)}, '{ERASED}', 'gi')"


@dataclass(frozen=True)
class RawEntity:
    """A raw table as its pack describes it, with the names of all its text columns and the systems that a pack reads."""

    system: str
    name: str
    pack: Pack
    columns: Sequence[str]
    systems_of: Mapping[str, Sequence[str]]

    @property
    def described(self) -> Entity:
        return self.pack.entities[self.name]

    @property
    def declared(self) -> dict[str, Column]:
        """The declared columns by lower-case name."""
        return {column.name.lower(): column for column in self.described.columns}

    @property
    def number(self) -> str:
        """The SQL of the record's number."""
        return f"trim({quote_identifier(self.described.key[0])})"

    @property
    def kind(self) -> str:
        return f"{self.system}.{self.name}"

    @property
    def has_numbers(self) -> bool:
        """Whether other rows belong to rows of this entity, or it holds people: then a number stands for one person's row."""
        if not self.has(self.described.key[0]):
            return False
        links = [(column.owner, column.owns) for entity in self.pack.entities.values() for column in entity.columns]
        return self.described.person or any(self.name in link for link in links)

    def has(self, column: str) -> bool:
        """Whether the rows have this column; a delivery may lack optional ones."""
        return column in self.columns

    @property
    def personal(self) -> list[str]:
        return [name for name in self.columns if (one := self.declared.get(name.lower())) is not None and one.personal]

    def owners(self) -> list[tuple[str, str]]:
        """Return (column, <system>.<entity>) of every owner that a row may name."""
        found = []
        for column in self.described.columns:
            if column.owner is None or not self.has(column.name):
                continue
            pack, _, entity = column.owner.rpartition(".")
            for system in self.systems_of.get(pack, ()) if pack else (self.system,):
                found.append((column.name, f"{system}.{entity}"))
        return found


def is_theirs(entity: RawEntity, forgotten: Forgotten) -> str:
    """Return the SQL that says whether a whole row is about one of them."""
    owners = entity.owners()
    theirs = [forgotten.knows(f"id:{kind}", f"trim({quote_identifier(column)})") for column, kind in owners]
    if entity.has_numbers:
        theirs.append(forgotten.knows(f"id:{entity.kind}", entity.number))
    emails = [forgotten.knows("email", f"lower(trim({quote_identifier(name)}))") for name in entity.personal]
    if emails:
        nobodys = [f"nullif(trim({quote_identifier(column)}), '') IS NULL" for column, _ in owners]
        if entity.described.person and entity.has_numbers:
            nobodys = [f"NOT {forgotten.knows(f'other:{entity.kind}', entity.number)}"]
        theirs.append(f"({' AND '.join([*nobodys, _any(emails)])})")
    return _any(theirs)


def erased_cells(entity: RawEntity, forgotten: Forgotten, theirs: str) -> dict[str, tuple[str, str]]:
    """Return (SQL whether it is to be erased, SQL of what then stands there) of each column that may have to be."""
    cells = {}
    is_unowned = not entity.owners() and not entity.described.person
    for name in entity.columns:
        cell, declared = quote_identifier(name), entity.declared.get(name.lower())
        mentioned = forgotten.mentions_email(cell)
        if declared is None or declared.personal:
            parts = [mentioned]
            if declared is not None and declared.name not in entity.described.key:
                parts.append(forgotten.mentions_phone(cell))
                if is_unowned:
                    parts.append(forgotten.knows("name", f"lower(trim({cell}))"))
            instead = _instead(entity, forgotten, declared, cell)
            if declared is not None and declared.type in ("json", "xml"):
                # Such a cell may hold quantities as well; in a row of somebody else only what is theirs goes.
                within = f"regexp_replace({without_emails(cell)}, {quote_literal(PHONE)}, '{ERASED}', 'g')"
                instead = f"CASE WHEN {theirs} THEN {instead} ELSE {within} END"
            cells[name] = (_any([theirs, *parts]), instead)
        else:
            cells[name] = (mentioned, without_emails(cell))
    return {name: pair for name, pair in cells.items() if pair[0] != "false"}


def _instead(entity: RawEntity, forgotten: Forgotten, declared: Column | None, cell: str) -> str:
    if declared is not None and (declared.required or declared.name in entity.described.key):
        return forgotten.pseudonym(cell)
    return "NULL"


def redacted(entity: RawEntity, forgotten: Forgotten, relation: str, changed: str | None = None) -> str:
    """Return the query of `relation` without their cells, all else as it was; with `changed`, a column saying so of each row."""
    cells = erased_cells(entity, forgotten, "_theirs")
    if not cells:
        return f"SELECT *{f', false AS {changed}' if changed else ''} FROM {relation}"
    values = ", ".join(
        f"CASE WHEN {condition} THEN {instead} ELSE {quote_identifier(name)} END AS {quote_identifier(name)}"
        for name, (condition, instead) in cells.items()
    )
    theirs = f"SELECT *, {is_theirs(entity, forgotten)} AS _theirs FROM {relation}"
    if changed is None:
        return f"SELECT * EXCLUDE (_theirs) REPLACE ({values}) FROM ({theirs}) AS looked_at"
    differs = _any(
        [
            f"({condition} AND {quote_identifier(name)} IS DISTINCT FROM {instead})"
            for name, (condition, instead) in cells.items()
        ]
    )
    return f"SELECT * EXCLUDE (_theirs) REPLACE ({values}), {differs} AS {changed} FROM ({theirs}) AS looked_at"


def _any(conditions: Sequence[str]) -> str:
    true = [condition for condition in dict.fromkeys(conditions) if condition != "false"]
    return f"({' OR '.join(true)})" if true else "false"
