"""A small shop whose pack the test writes itself, and what a user sees of its landing."""

import csv
import gzip
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from extractors.landing import LoadResult, land_entity, land_system, pending
from extractors.pack import load_pack
from warehouse.lake import connect_lake
from warehouse.settings import Settings

COLUMNS = [
    {"name": "id", "type": "integer", "required": True},
    {"name": "name", "required": True},
    {"name": "price", "type": "decimal"},
]
ORIGIN = ("_load_id", "_file", "_row", "_extracted_at", "_exported_on", "_is_deleted")


class Shop:
    """One deployment with the system `shop`: put files into its inbox, land them, look at what arrived."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.inbox = settings.root / "inbox" / "shop"

    def deliver(self, name: str, content: bytes | str) -> Path:
        path = self.inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        return path

    def land(self, entity: str = "item", run_id: str = "run") -> list[LoadResult]:
        return land_entity(self.settings, "shop", entity, run_id)

    def land_all(self) -> list[LoadResult]:
        return land_system(self.settings, "shop", "run")

    def pending(self, entity: str = "item") -> list[str]:
        return [delivery.name for delivery in pending(self.settings, "shop", entity)]

    def ask(self, query: str, parameters: list[object] | None = None) -> list[tuple[Any, ...]]:
        with connect_lake(self.settings) as con:
            return con.execute(query, parameters or []).fetchall()

    def rows(self, entity: str = "item", columns: str = "id, name, price") -> list[tuple[Any, ...]]:
        return self.ask(f"SELECT {columns} FROM raw.shop__{entity} ORDER BY _load_id, _row")

    def columns(self, entity: str = "item") -> list[str]:
        return [row[0] for row in self.ask(f"DESCRIBE raw.shop__{entity}") if row[0] not in ORIGIN]

    def rejected(self) -> list[tuple[Any, ...]]:
        return self.ask("SELECT file_name, line, raw_text, reason FROM ops.rejected_row ORDER BY load_id, line")

    def loads(self) -> list[tuple[Any, ...]]:
        return self.ask("SELECT file_name, status FROM ops.load ORDER BY load_id")

    def refused(self, name: str, content: bytes | str, entity: str = "item") -> str:
        """Deliver what must be refused, see that nothing of it arrived, and return the message."""
        self.deliver(name, content)
        [result] = [result for result in self.land(entity) if result.file == name]
        assert (result.status, result.rows_landed, result.rows_read) == ("failed", 0, 0)
        assert result.message is not None
        assert self.ask(f"SELECT count(*) FROM raw.shop__{entity} WHERE _load_id = {result.load_id}") == [(0,)]
        recorded = self.ask(f"SELECT file_name, status, message FROM ops.load WHERE load_id = {result.load_id}")
        assert recorded == [(name, "failed", result.message)]
        assert result.message.startswith(name)
        return result.message


MakeShop = Callable[..., Shop]


class PacksFrom:
    """Let `load_pack` read another folder: its default argument, and nothing that it does, is another one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __enter__(self) -> None:
        load_pack.cache_clear()
        self.before = load_pack.__wrapped__.__defaults__
        load_pack.__wrapped__.__defaults__ = (self.folder,)

    def __exit__(self, *_: object) -> None:
        load_pack.__wrapped__.__defaults__ = self.before
        load_pack.cache_clear()


def csv_text(rows: list[list[str]], **options: Any) -> str:
    """Return rows as Python's csv writer writes them."""
    target = io.StringIO(newline="")
    csv.writer(target, **options).writerows(rows)
    return target.getvalue()


def gzipped(content: bytes | str) -> bytes:
    return gzip.compress(content.encode("utf-8") if isinstance(content, str) else content, mtime=0)


def zipped(**members: bytes | str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return target.getvalue()
