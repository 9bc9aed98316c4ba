"""People who were erased and whom a later delivery must not bring back.

Comes in: `ops.suppression`, salted hashes of their record numbers, e-mails and phones, and the salt beside the lake. Goes out:
what landing leaves out of a delivery. Written by customers/rights; read by landing.
"""

import dataclasses
import secrets
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import duckdb

from extractors.pack import load_pack
from extractors.redaction import ERASED, LITERALS, TOKENS, Forgotten, RawEntity, is_theirs, redacted
from extractors.sources.scan import Scan
from warehouse.identifiers import quote_literal
from warehouse.settings import Settings
from warehouse.whole_file import write_whole

COLUMNS = "erasure_id VARCHAR NOT NULL, kind VARCHAR NOT NULL, token VARCHAR NOT NULL, suppressed_at TIMESTAMP NOT NULL"


def salt_of(settings: Settings) -> str:
    """Return the deployment's secret salt, made when it is asked for first. Without it the hashes cannot be told apart or tried."""
    path = settings.state_dir / "erasures" / "salt"
    try:
        return path.read_text(encoding="ascii")
    except FileNotFoundError:
        write_whole(path, secrets.token_hex(32).encode("ascii"), is_private=True)
        return path.read_text(encoding="ascii")


def suppressed(con: duckdb.DuckDBPyConnection, settings: Settings) -> Forgotten | None:
    """Return whom deliveries must not bring back; None while nobody was erased."""
    try:
        rows = con.execute("SELECT DISTINCT kind, token FROM lake.ops.suppression ORDER BY ALL").fetchall()
    except duckdb.CatalogException:
        return None
    if not rows:
        return None
    tokens: dict[str, list[str]] = defaultdict(list)
    for kind, token in rows:
        tokens[kind].append(token)
    forgotten = Forgotten(tokens, salt_of(settings), is_hashed=True)
    offer_tokens(con, forgotten)
    return forgotten


def offer_tokens(con: duckdb.DuckDBPyConnection, forgotten: Forgotten) -> None:
    """Let queries of this connection look long lists of tokens up."""
    con.execute(f"CREATE OR REPLACE TEMP TABLE {TOKENS.rpartition('.')[2]} (kind VARCHAR, token VARCHAR)")
    for kind, tokens in forgotten.tokens.items():
        if len(tokens) > LITERALS:
            con.execute(f"INSERT INTO {TOKENS} SELECT ?, unnest(?)", [kind, list(tokens)])


def suppress(
    con: duckdb.DuckDBPyConnection, erasure_id: str, forgotten: Forgotten, tokens: Mapping[str, Sequence[str]]
) -> None:
    """Write the hashes of these clear tokens; those that are known stay once."""
    con.execute(f"CREATE TABLE IF NOT EXISTS lake.ops.suppression ({COLUMNS})")
    now = datetime.now(UTC).replace(tzinfo=None)
    hashed = Forgotten({}, forgotten.salt, is_hashed=True)
    for kind, values in tokens.items():
        con.execute(
            f"INSERT INTO lake.ops.suppression SELECT ?, {quote_literal(kind)}, token, ? FROM ("
            f"SELECT DISTINCT {hashed.token(kind, 'value')} AS token FROM (SELECT unnest(?) AS value)) AS new "
            f"WHERE NOT EXISTS (SELECT 1 FROM lake.ops.suppression AS s WHERE s.kind = {quote_literal(kind)} AND s.token = new.token)",
            [erasure_id, now, list(values)],
        )


def raw_entity(con: duckdb.DuckDBPyConnection, settings: Settings, system: str, entity: str) -> RawEntity | None:
    """Return a raw table with its text columns; None if nothing was landed in it yet."""
    try:
        described = con.execute(f'DESCRIBE lake.raw."{system}__{entity}"').fetchall()
    except duckdb.CatalogException:
        return None
    columns = [name for name, type_name, *_ in described if type_name == "VARCHAR" and not name.startswith("_")]
    return entity_with(settings, system, entity, columns)


def entity_with(settings: Settings, system: str, entity: str, columns: Sequence[str]) -> RawEntity:
    """Return an entity whose rows have these columns."""
    systems_of: dict[str, list[str]] = defaultdict(list)
    for name, chosen in settings.systems.items():
        systems_of[chosen.pack].append(name)
    return RawEntity(system, entity, load_pack(settings.systems[system].pack), list(columns), systems_of)


def without_suppressed(entity: RawEntity, forgotten: Forgotten, scan: Scan) -> Scan:
    """Return a scan that reads the delivery without the personal values of people who were erased."""

    def rejects(con: duckdb.DuckDBPyConnection) -> str | None:
        query = scan.rejects(con)
        if query is None:
            return None
        text = "coalesce(raw_text, '')"
        numbers = [
            forgotten.knows_any(kind, f"regexp_extract_all({text}, '[0-9A-Za-z]{{6,}}')")
            for kind in forgotten.tokens
            if kind.startswith(f"id:{entity.system}.")
        ]
        theirs = " OR ".join([forgotten.mentions_email(text), forgotten.mentions_phone(text), *numbers])
        return (
            f"SELECT * REPLACE (CASE WHEN {theirs} THEN '{ERASED}' ELSE raw_text END AS raw_text, "
            f"CASE WHEN NOT ({theirs}) THEN value END AS value, "
            f"CASE WHEN {theirs} THEN 'the record could not be read' ELSE reason END AS reason) FROM ({query}) AS rejected"
        )

    select = redacted(entity, forgotten, f"({scan.select})")
    return dataclasses.replace(scan, select=select, rejects=rejects)


def suppress_new_numbers(con: duckdb.DuckDBPyConnection, entity: RawEntity, forgotten: Forgotten, scan: Scan) -> None:
    """Remember the numbers of new records that are theirs, such as an order, so that what belongs to these is known too."""
    if not entity.has_numbers:
        return
    kind = f"id:{entity.kind}"
    found = con.execute(
        f"SELECT DISTINCT {entity.number} FROM ({scan.select}) AS read WHERE {is_theirs(entity, forgotten)} "
        f"AND NOT {forgotten.knows(kind, entity.number)} AND {entity.number} IS NOT NULL"
    ).fetchall()
    con.execute("DROP TABLE IF EXISTS temp.unreadable; DROP TABLE IF EXISTS temp.unreadable_scan")
    if found:
        suppress(con, "delivery", forgotten, {kind: [number for (number,) in found]})
