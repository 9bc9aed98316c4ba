"""Packs: those that are shipped load, and each mistake in one is told with its file, entity and field."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from extractors.pack import PACKS_DIR, load_pack
from warehouse.errors import WeftError

SHIPPED = sorted(path.stem for path in PACKS_DIR.glob("*.yml"))
ITEM: dict[str, Any] = {"file": "item*", "key": ["id"], "columns": [{"name": "id"}, {"name": "name"}]}


def refusal(folder: Path, content: dict[str, Any] | str, name: str = "tryout") -> str:
    """Write a pack that has a mistake, and return what is said about it."""
    path = folder / "tryout.yml"
    text = content if isinstance(content, str) else yaml.safe_dump(content, allow_unicode=True)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(WeftError) as refused:
        load_pack(name, folder)
    return str(refused.value)


def pack(**item: Any) -> dict[str, Any]:
    return {"pack": "tryout", "title": "Tryout", "entities": {"item": {**ITEM, **item}}}


def test_there_are_shipped_packs() -> None:
    assert {"aw_erp", "aw_crm", "aw_scm", "ecb"} <= set(SHIPPED)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_pack_loads_and_describes_every_entity(name: str) -> None:
    loaded = load_pack(name)
    assert loaded.pack == name
    assert loaded.provides
    assert all(entity.description for entity in loaded.entities.values())


@pytest.mark.parametrize("name", SHIPPED)
def test_every_file_of_a_shipped_pack_finds_its_entity(name: str) -> None:
    patterns = [entity.file.lower() for entity in load_pack(name).entities.values() if entity.file]
    assert len(set(patterns)) == len(patterns)


def test_defaults_hold_for_every_entity_that_says_nothing_else(tmp_path: Path) -> None:
    content = pack() | {"defaults": {"delimiter": ";", "mode": "events"}}
    content["entities"]["other"] = {**ITEM, "delimiter": "|"}
    (tmp_path / "tryout.yml").write_text(yaml.safe_dump(content), encoding="utf-8")
    entities = load_pack("tryout", tmp_path).entities
    assert [(e.delimiter, e.mode) for e in entities.values()] == [(";", "events"), ("|", "events")]


MISTAKES = [
    pytest.param({"delimeter": ";"}, "delimeter", "not permitted", id="unknown-key"),
    pytest.param({"encoding": "latin-99"}, "encoding", "'latin-99' is no encoding", id="encoding"),
    pytest.param({"time_zone": "Europe/Atlantis"}, "time_zone", "'Europe/Atlantis' is no time zone", id="time-zone"),
    pytest.param({"mode": "sometimes"}, "mode", "'snapshot', 'upsert', 'events' or 'documents'", id="mode"),
    pytest.param({"format": "xls"}, "format", "'xlsx'", id="format"),
    pytest.param({"delimiter": ""}, "delimiter", "at least 1 character", id="delimiter"),
    pytest.param({"header": "no"}, "header", "boolean", id="header"),
    pytest.param({"skip_lines": -1}, "skip_lines", "greater than or equal to 0", id="skip-lines"),
    pytest.param({"minimum_rows_ratio": 2}, "minimum_rows_ratio", "less than or equal to 1", id="ratio"),
    pytest.param({"look_back": "yesterday"}, "look_back", "pattern", id="look-back"),
    pytest.param({"key": []}, "key", "at least 1 item", id="no-key"),
    pytest.param({"columns": []}, "columns", "at least 1 item", id="no-columns"),
    pytest.param(
        {"columns": [{"name": "id"}, {"name": "a", "typ": "date"}]}, "columns.a.typ", "not permitted", id="typ"
    ),
    pytest.param({"columns": [{"name": "id", "type": "money"}]}, "columns.id.type", "'decimal'", id="column-type"),
    pytest.param({"columns": [{"name": "id", "required": "yes"}]}, "columns.id.required", "boolean", id="required"),
    pytest.param({"key": ["id", "nr"]}, "", "not declared: nr", id="key-not-declared"),
    pytest.param({"cursor": "changed"}, "", "not declared: changed", id="cursor-not-declared"),
    pytest.param({"columns": [{"name": "id"}, {"name": "ID"}]}, "", "named twice: id", id="doubled-column"),
    pytest.param({"columns": [{"name": "id"}, {"name": "_row"}]}, "", "reserved", id="reserved-column"),
    pytest.param({"file": None}, "", "pattern of its files", id="no-file"),
    pytest.param({"kind": "database"}, "", "`table` or `query`", id="no-table"),
    pytest.param({"kind": "database", "table": "t", "query": "q"}, "", "`table` or `query`", id="table-and-query"),
    pytest.param({"kind": "rest"}, "", "`endpoint`", id="no-endpoint"),
    pytest.param({"delimiter": '+"'}, "", "quote and delimiter share a character", id="quote-in-delimiter"),
    pytest.param({"row_end": "&|"}, "", "quote nothing", id="row-end-and-quote"),
    pytest.param({"records": "counted", "quote": "", "delimiter": "||"}, "", "one character", id="counted"),
]


@pytest.mark.parametrize(("item", "field", "rule"), MISTAKES)
def test_a_mistake_is_told_with_file_entity_field_and_rule(
    tmp_path: Path, item: dict[str, Any], field: str, rule: str
) -> None:
    message = refusal(tmp_path, pack(**item))
    assert "tryout.yml" in message
    assert f"entities.item{'.' * bool(field)}{field}: " in message
    assert rule in message
    # One mistake, one line below the one that names the file.
    assert len(message.splitlines()) == 2


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    content = pack(encoding="x") | {"titel": "T"}
    content["entities"]["other"] = {**ITEM, "mode": "x"}
    message = refusal(tmp_path, content)
    assert len(message.splitlines()) == 4
    assert all(place in message for place in ("item.encoding", "other.mode", "titel"))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(pack() | {"titel": "T"}, "titel: Extra", id="unknown-key-of-the-pack"),
        pytest.param({"pack": "tryout", "entities": {"item": ITEM}}, "title: Field required", id="no-title"),
        pytest.param({"pack": "tryout", "title": "T", "entities": {}}, "entities: ", id="no-entities"),
        pytest.param({"pack": "tryout", "title": "T", "entities": {"Item": ITEM}}, "entities.Item", id="entity-name"),
        pytest.param(pack() | {"pack": "other"}, "calls itself 'other'", id="another-name"),
        pytest.param(
            "pack: tryout\ntitle: A\ntitle: B\nentities: {}\n", "'title' stands there twice", id="doubled-key"
        ),
        pytest.param("pack: [tryout\n", "is not valid YAML", id="no-yaml"),
        pytest.param("- pack\n", "is not a pack", id="a-list"),
        pytest.param("", "is not a pack", id="nothing"),
        pytest.param("pack: tryout\ntitle: T\nentities: [item]\n", "is not a pack", id="entities-in-a-list"),
        pytest.param("pack: tryout\ntitle: T\nentities:\n", "is not a pack", id="entities-of-nothing"),
        pytest.param("pack: tryout\ntitle: T\ndefaults: 7\nentities: {item: {}}\n", "is not a pack", id="defaults"),
        pytest.param("pack: tryout\ntitle: T\n? [a]\n: b\nentities: {}\n", "is not", id="a-list-as-a-key"),
    ],
)
def test_what_is_no_pack_is_refused(tmp_path: Path, content: dict[str, Any] | str, said: str) -> None:
    message = refusal(tmp_path, content)
    assert said in message
    assert "tryout.yml" in message


def test_a_key_that_stands_twice_is_told_with_its_line(tmp_path: Path) -> None:
    text = yaml.safe_dump(pack(), sort_keys=False).replace("    file: item*\n", "    file: item*\n    file: other*\n")
    message = refusal(tmp_path, text)
    assert "'file' stands there twice" in message
    assert "line 6" in message


def test_a_pack_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "tryout.yml").write_bytes(b"pack: tryout\ntitle: M\xfcller\n")
    with pytest.raises(WeftError, match=r"tryout\.yml"):
        load_pack("tryout", tmp_path)


@pytest.mark.parametrize("name", ["none", "../tryout", "Tryout", ""])
def test_a_pack_that_is_not_there_is_told_with_those_that_are(tmp_path: Path, name: str) -> None:
    message = refusal(tmp_path, pack(), name)
    assert repr(name) in message
    assert "Known packs: tryout" in message
