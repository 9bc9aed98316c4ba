"""A copy of this installation that a test may change, as someone does who forks the repository.

Comes in: a folder. Goes out: the copied code, and the `weft` command that runs it. Used by the tests that add or delete packs.
"""

import csv
import io
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from weft_command import WEFT

from orchestration.inputs import CODE_FOLDERS

REPOSITORY = Path(__file__).resolve().parents[2]
LEFT_BEHIND = shutil.ignore_patterns("__pycache__", "target", "logs")


@dataclass(frozen=True)
class Fork:
    """A copy of the installation, without examples and tests."""

    root: Path

    @property
    def packs(self) -> list[str]:
        """The packs that it has."""
        return sorted(path.stem for path in (self.root / "extractors" / "packs").glob("*.yml"))

    def folders_of(self, pack: str) -> list[Path]:
        """What a pack is made of, and whoever deletes it deletes: its file and its page, its models, its seeds."""
        packs, dbt_project = self.root / "extractors" / "packs", self.root / "dbt_project"
        parts = [
            packs / f"{pack}.yml", packs / f"{pack}.md", dbt_project / "models" / "staging" / pack, dbt_project / "seeds" / pack,
        ]  # fmt: skip
        return [part for part in parts if part.exists()]

    def delete(self, pack: str) -> None:
        """Take a pack away."""
        for part in self.folders_of(pack):
            if part.is_dir():
                shutil.rmtree(part)
            else:
                part.unlink()

    def python_files(self) -> dict[str, bytes]:
        """Every Python file of it, by name."""
        return {str(path.relative_to(self.root)): path.read_bytes() for path in self.root.rglob("*.py")}

    def weft(self, *arguments: str, timeout: float = 540) -> subprocess.CompletedProcess[str]:
        """Run the `weft` command of this copy."""
        return self._call(str(WEFT), *arguments, timeout=timeout)

    def python(self, code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run Python that imports this copy."""
        return self._call(sys.executable, "-c", code, *arguments)

    def ask(self, config: Path, query: str) -> list[dict[str, str]]:
        """Answer a query by `weft sql`, every value as text."""
        answer = self.weft("sql", query, "--format", "csv", "--role", "engineer", "--config", str(config))
        assert answer.returncode == 0, answer.stderr
        return list(csv.DictReader(io.StringIO(answer.stdout)))

    def _call(self, *words: str, timeout: float = 540) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PYTHONPATH": str(self.root), "COLUMNS": "200", "NO_COLOR": "1"}
        environment.pop("WEFT_CONFIG", None)
        return subprocess.run(
            words, capture_output=True, text=True, timeout=timeout, cwd=self.root, env=environment, check=False
        )


def fork_repository(root: Path) -> Fork:
    """Copy the installation to `root`."""
    for folder in CODE_FOLDERS:
        shutil.copytree(REPOSITORY / folder, root / folder, ignore=LEFT_BEHIND)
    return Fork(root)
