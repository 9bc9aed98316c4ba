"""The `weft` command explains itself, says what is wrong in one line, and starts quickly."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from weft_command import WEFT

from orchestration.scaffold import create_deployment
from warehouse.errors import WeftError
from warehouse.lock import writer_lock
from warehouse.publication import current_publication_id
from warehouse.settings import Settings, load_settings

COMMANDS = [
    "run",
    "sql",
    "publications",
    "rollback",
    "export",
    "acknowledge",
    "status",
    "ui",
    "dashboards",
    "init",
    "new-source",
    "dbt",
    "plan",
    "simulate",
]
WITHOUT_SETTINGS = {"init", "new-source", "simulate"}


def call(*arguments: str, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    settings = {**os.environ, "COLUMNS": "120", "NO_COLOR": "1", **environment}
    settings.pop("WEFT_CONFIG", None)
    return subprocess.run([str(WEFT), *arguments], capture_output=True, text=True, cwd=cwd, env=settings)


def test_help_names_every_command_and_is_quick() -> None:
    call("--help")
    started = time.perf_counter()
    shown = call("--help")
    assert time.perf_counter() - started < 2
    assert shown.returncode == 0
    assert all(f" {command} " in shown.stdout for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str) -> None:
    shown = call(command, "--help")
    assert shown.returncode == 0
    assert len(shown.stdout.splitlines()) > 5
    if command not in WITHOUT_SETTINGS:
        assert "--config" in shown.stdout


def test_heavy_libraries_stay_out_of_the_start() -> None:
    heavy = "dagster|dbt|duckdb|pandas|polars|great_expectations|streamlit"
    code = f"import re, sys, orchestration.cli; print([m for m in sys.modules if re.fullmatch('{heavy}', m)])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


@pytest.mark.parametrize("command", [["run"], ["sql", "select 1"], ["publications"], ["rollback"], ["status"]])
def test_missing_settings_are_one_clear_line(tmp_path: Path, command: list[str]) -> None:
    finished = call(*command, cwd=tmp_path)
    assert finished.returncode == 1
    assert finished.stderr.startswith("Error: There is no settings file")
    assert "weft init" in finished.stderr
    assert finished.stderr.count("\n") == 1


def test_tracebacks_come_only_when_asked_for(tmp_path: Path) -> None:
    assert "Traceback" not in call("status", cwd=tmp_path).stderr
    assert "Traceback" in call("status", cwd=tmp_path, WEFT_DEBUG="1").stderr


def test_a_misspelt_setting_is_named(deployment: Settings, weft: Callable[..., Any]) -> None:
    deployment.config_path.write_text(
        deployment.config_path.read_text(encoding="utf-8") + "\n[run]\nmemory = '1GB'\n", encoding="utf-8"
    )
    finished = weft(deployment, "publications")
    assert finished.returncode == 1
    assert "run.memory" in finished.stderr


@pytest.mark.parametrize("command", [["sql", "select 1"], ["rollback"], ["status"]])
def test_before_the_first_run_commands_say_what_to_do(
    deployment: Settings, weft: Callable[..., Any], command: list[str]
) -> None:
    finished = weft(deployment, *command)
    assert finished.returncode == 1
    assert "weft run" in finished.stderr or "weft publications" in finished.stderr


def test_init_makes_settings_that_load_and_never_overwrites(tmp_path: Path) -> None:
    directory = tmp_path / "My Company"
    assert "weft run --config" in create_deployment(directory)
    settings = load_settings(directory)
    assert settings.company.id == "my_company"
    assert settings.company.name == "My Company"
    for system in settings.systems:
        folder = settings.inbox(system)
        assert folder is not None
        assert folder.is_dir()
    before = settings.config_path.read_text(encoding="utf-8")
    with pytest.raises(WeftError, match="never overwrites"):
        create_deployment(directory)
    assert settings.config_path.read_text(encoding="utf-8") == before


def test_every_option_of_the_template_is_a_real_one_with_its_default(tmp_path: Path) -> None:
    create_deployment(tmp_path / "new")
    plain = load_settings(tmp_path / "new")
    text = plain.config_path.read_text(encoding="utf-8")
    lines = [line.removeprefix("# ") if line.startswith("# [") or " = " in line else line for line in text.splitlines()]
    (tmp_path / "spelt_out.toml").write_text("\n".join(lines), encoding="utf-8")
    assert load_settings(tmp_path / "spelt_out.toml").model_dump() == plain.model_dump()


def test_publications_are_listed_and_rolled_back(published_copy: Settings, weft: Callable[..., Any]) -> None:
    listed = weft(published_copy, "publications").stdout
    assert [line.split("│")[2].strip() for line in listed.splitlines() if line.startswith("│")] == ["2", "1"]
    assert "current" in next(line for line in listed.splitlines() if " 2 " in line)
    assert weft(published_copy, "rollback").returncode == 0
    assert current_publication_id(published_copy) == 1
    unknown = weft(published_copy, "rollback", "9")
    assert unknown.returncode == 1
    assert "Publication 9 is not kept" in unknown.stderr
    assert weft(published_copy, "rollback", "2").returncode == 0
    assert current_publication_id(published_copy) == 2


@pytest.mark.parametrize("command", [["run"], ["rollback"], ["dbt", "build"]])
def test_who_meets_a_writer_is_told_who_it_is(
    published_copy: Settings, weft: Callable[..., Any], command: list[str]
) -> None:
    with writer_lock(published_copy, "weft run"):
        finished = weft(published_copy, *command)
    assert finished.returncode == 1
    assert f"Another process is writing this warehouse: weft run (process {os.getpid()}" in finished.stderr


def test_status_does_not_wait_for_a_writer(published_copy: Settings, weft: Callable[..., Any]) -> None:
    with writer_lock(published_copy, "weft run"):
        finished = weft(published_copy, "status")
    assert finished.returncode == 0
    assert "A run is at work" in finished.stdout


def test_dbt_gets_its_arguments_unchanged(published_copy: Settings) -> None:
    finished = call("dbt", "--config", str(published_copy.config_path), "--", "run-operation", "--help")
    assert finished.returncode == 0
    assert "run-operation" in finished.stdout


def test_with_nothing_to_answer_acknowledge_says_so(published_copy: Settings, weft: Callable[..., Any]) -> None:
    finished = weft(published_copy, "acknowledge")
    assert finished.returncode == 0
    assert "Nothing to answer" in finished.stdout
