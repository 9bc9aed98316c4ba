"""REST endpoints, paged and authenticated by dlt.

Comes in: an entity with `endpoint` (path, params, data_selector, paginator) and the pack's `connection` (base_url, auth, headers,
paginator), in the words of dlt's REST source. Goes out: an extraction, a file of JSON lines.
"""

import hashlib
import json
import os
import re
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from extractors.pack import Entity, load_pack
from extractors.refusal import DeliveryRefused
from extractors.sources.extraction import Extraction, filled_from_environment, hide_secrets, highest, last_cursor
from extractors.sources.json_lines import scan_json_lines
from extractors.sources.scan import Scan
from warehouse.errors import WeftError
from warehouse.identifiers import quote_identifier
from warehouse.settings import Settings

# Python would read a number with a fraction as a binary one; as a text with a mark it keeps its digits on its way to the file.
MARK = "\x01"
MARKED = re.compile(r'"\\u0001(-?[0-9][0-9.eE+-]*)"')


def extract_endpoint(
    con: duckdb.DuckDBPyConnection, settings: Settings, system: str, entity_name: str, entity: Entity, workspace: Path
) -> Extraction:
    """Pull all pages of one endpoint.

    `${NAME}` in the pack is filled in from the environment, so that secrets stand in no file. With a cursor, `{since}` in the
    endpoint's params is the highest value seen before; a parameter with `{since}` is left out the first time.

    Raises:
        WeftError: a variable is not set, or there is no base_url.
        DeliveryRefused: the endpoint cannot be reached, refuses, or returns something else than records.
    """
    os.environ.setdefault("RUNTIME__DLTHUB_TELEMETRY", "false")
    from dlt.sources.helpers.rest_client import RESTClient
    from dlt.sources.rest_api.config_setup import create_auth, create_paginator

    class ExactClient(RESTClient):
        def extract_response(self, response: Any, data_selector: Any) -> list[Any]:
            response.json = partial(response.json, parse_float=lambda digits: MARK + digits)
            return super().extract_response(response, data_selector)

    where = f"The pack of {system}"
    connection = _filled(load_pack(settings.systems[system].pack).connection or {}, None, where)
    since = last_cursor(con, system, entity_name) if entity.cursor else None
    endpoint = _filled(entity.endpoint or {}, since, where)
    base_url = settings.systems[system].options.get("base_url") or connection.get("base_url")
    if not base_url:
        raise WeftError(f"systems.{system}.options.base_url is not set, and the pack names none.")
    path = workspace / "extraction.jsonl"
    rows = 0
    try:
        client = ExactClient(
            base_url=base_url,
            headers=connection.get("headers"),
            auth=create_auth(connection.get("auth")),
            paginator=create_paginator(endpoint.get("paginator") or connection.get("paginator")),
            data_selector=endpoint.get("data_selector"),
        )
        with open(path, "w", encoding="utf-8") as file:
            for page in client.paginate(endpoint["path"], params=endpoint.get("params")):
                rows += len(page)
                file.writelines(MARKED.sub(r"\1", json.dumps(record, ensure_ascii=False)) + "\n" for record in page)
    except Exception as error:
        # The chain of causes may hold the request with its secrets, so it is cut here.
        reason = hide_secrets(str(error)) or type(error).__name__
        raise DeliveryRefused(f"{endpoint['path']} of {system} cannot be read: {reason}") from None
    name = endpoint["path"]
    scan = scan_json_lines(con, entity, path, name, workspace) if rows else None
    return Extraction(name, _hash(path), path.stat().st_size, scan, _cursor_value(con, entity, scan))


def _cursor_value(con: duckdb.DuckDBPyConnection, entity: Entity, scan: Scan | None) -> str | None:
    if entity.cursor is None or scan is None or entity.cursor not in scan.columns:
        return None
    row = con.execute(f"SELECT {highest(quote_identifier(entity.cursor))} FROM ({scan.select})").fetchone()
    return None if row is None else row[0]


def _hash(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _filled(value: Any, since: str | None, where: str) -> Any:
    """Fill in variables and `{since}` at any depth; drop what has no value yet."""
    if isinstance(value, dict):
        filled = {key: _filled(part, since, where) for key, part in value.items()}
        return {key: part for key, part in filled.items() if part is not None}
    if isinstance(value, list):
        return [_filled(part, since, where) for part in value]
    if not isinstance(value, str):
        return value
    if "{since}" in value:
        if since is None:
            return None
        value = value.replace("{since}", since)
    return filled_from_environment(value, where)
