"""weft.toml is the only file that a user edits: what it says wrongly must be named."""

from pathlib import Path

import pytest

from warehouse.errors import WeftError
from warehouse.settings import load_settings

MINIMAL = '[company]\nid = "acme"\nname = "Acme"\n[systems.shop]\npack = "shopify"\ninbox = "inbox"\n'


def write(folder: Path, text: str) -> Path:
    path = folder / "weft.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_paths_start_at_the_folder_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = write(tmp_path, MINIMAL)
    monkeypatch.chdir("/")
    settings = load_settings(config)
    assert settings.inbox("shop") == tmp_path / "inbox"
    assert settings.exports_dir == tmp_path / "exports"
    assert settings.catalog_path.is_relative_to(tmp_path)


def test_the_file_is_found_by_variable_and_by_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = write(tmp_path, MINIMAL)
    monkeypatch.setenv("WEFT_CONFIG", str(config))
    assert load_settings().company.id == "acme"
    monkeypatch.delenv("WEFT_CONFIG")
    monkeypatch.chdir(tmp_path)
    assert load_settings().company.id == "acme"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (MINIMAL.replace('name = "Acme"\n', ""), "company.name"),
        (MINIMAL + "[forecast]\nhorizont_weeks = 3\n", "horizont_weeks"),
        (MINIMAL + "[forecast]\nhorizon_weeks = 0\n", "greater than or equal to 1"),
        (MINIMAL + '[run]\nmemory_limit = "lots"\n', "run.memory_limit"),
        (MINIMAL.replace("systems.shop", 'systems."Shop 1"'), "Shop 1"),
        (MINIMAL.replace("[company]", "[company"), "not valid TOML"),
        ('[company]\nid = "acme"\nname = "Acme"\n[systems]\n', "at least one system"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, text: str, named: str) -> None:
    config = write(tmp_path, text)
    with pytest.raises(WeftError) as error:
        load_settings(config)
    assert named in str(error.value)
    assert str(config) in str(error.value)


def test_a_missing_file_says_how_to_make_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("WEFT_CONFIG", raising=False)
    with pytest.raises(WeftError, match="weft init"):
        load_settings()
