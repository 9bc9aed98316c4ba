"""REST endpoints, paged and authenticated by dlt.

Comes in: an entity with `endpoint` (path, params, data_selector, paginator) and the pack's `connection` (base_url, auth, headers).
Goes out: an extraction, a file of JSON lines that landing reads like any delivery.
"""

import hashlib
import json
import os
import re
from pathlib import Path
from typing import Any

import duckdb

from extractors.pack import Entity, load_pack
from extractors.sources.database import Extraction, hide_secrets, last_cursor
from warehouse.errors import WeftError
from warehouse.identifiers import quote_literal
from warehouse.settings import Settings


def extract_endpoint(
    con: duckdb.DuckDBPyConnection, settings: Settings, system: str, entity_name: str, entity: Entity, workspace: Path
) -> Extraction | None:
    """Pull all pages of one endpoint; None when it returns nothing.

    With a cursor, `{since}` in the endpoint's params is the highest value seen before (or the entity's `look_back` start).

    Raises:
        WeftError: the endpoint cannot be reached or refuses; a secret named in the pack is not set.
    """
    os.environ.setdefault("RUNTIME__DLTHUB_TELEMETRY", "false")
    from dlt.sources.helpers.rest_client import RESTClient
    from dlt.sources.rest_api.config_setup import create_auth, create_paginator

    connection = _filled(load_pack(settings.systems[system].pack).connection or {}, {}, system)
    endpoint = _filled(entity.endpoint or {}, {"since": last_cursor(con, system, entity_name)}, system)
    base_url = settings.systems[system].options.get("base_url") or connection.get("base_url")
    if not base_url:
        raise WeftError(f"systems.{system}.options.base_url is not set, and the pack names none.")
    client = RESTClient(
        base_url=base_url,
        headers=connection.get("headers"),
        auth=create_auth(connection.get("auth")),
        paginator=create_paginator(endpoint.get("paginator") or connection.get("paginator")),
        data_selector=endpoint.get("data_selector"),
    )
    pages = workspace / "pages.jsonl"
    try:
        with open(pages, "w", encoding="utf-8") as file:
            for page in client.paginate(endpoint["path"], params=endpoint.get("params")):
                file.write(json.dumps(list(page), ensure_ascii=False) + "\n")
    except Exception as error:
        raise WeftError(f"{system}: {entity_name} cannot be read: {hide_secrets(str(error))}") from None
    return _one_object_a_line(con, entity, endpoint["path"], pages, workspace / "extraction.jsonl")


def _one_object_a_line(
    con: duckdb.DuckDBPyConnection, entity: Entity, name: str, pages: Path, target: Path
) -> Extraction | None:
    objects = (
        "SELECT unnest(from_json(page, '[\"JSON\"]')) AS object FROM read_csv("
        f"{quote_literal(pages)}, auto_detect = false, header = false, delim = '\x01', quote = '', escape = '', "
        "columns = {'page': 'VARCHAR'}, max_line_size = 67108864)"
    )
    con.execute(
        f"COPY ({objects}) TO {quote_literal(target)} (FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\x01')"
    )
    cursor = f"max(json_extract_string(object, {quote_literal('$.' + entity.cursor)}))" if entity.cursor else "NULL"
    row = con.execute(f"SELECT count(*), CAST({cursor} AS VARCHAR) FROM ({objects})").fetchone()
    assert row is not None
    if not row[0]:
        return None
    with open(target, "rb") as file:
        content = hashlib.file_digest(file, "sha256").hexdigest()
    return Extraction(target, name, content, row[1])


def _filled(value: Any, values: dict[str, str | None], system: str) -> Any:
    """Fill `${NAME}` from the environment and `{since}` from the last cursor, at any depth; drop what has no value yet."""
    if isinstance(value, dict):
        filled = {key: _filled(part, values, system) for key, part in value.items()}
        return {key: part for key, part in filled.items() if part is not None}
    if isinstance(value, list):
        return [_filled(part, values, system) for part in value]
    if not isinstance(value, str):
        return value
    for name, known in values.items():
        if "{" + name + "}" in value:
            if known is None:
                return None
            value = value.replace("{" + name + "}", known)
    return re.sub(r"\$\{(\w+)\}", lambda match: _secret(system, match[1]), value)


def _secret(system: str, name: str) -> str:
    if name not in os.environ:
        raise WeftError(f"The pack of {system} names the variable {name}, which is not set in the environment.")
    return os.environ[name]
