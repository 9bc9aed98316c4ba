"""The publication that a page shows, and the one way to ask it.

Comes in: settings and the pointer `current`, read once per rerun. Goes out: answers as data frames, cached per
publication and question, so that a page never mixes two publications. Called by every query module.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import duckdb
import pandas as pd
import streamlit as st

from warehouse.lake import open_for_role
from warehouse.publication import Publication, current_publication_id, list_publications, read_publication
from warehouse.settings import Settings, load_settings

Parameter = str | int | float | date | Sequence[str]


@dataclass(frozen=True)
class Snapshot:
    """One publication of one deployment; all queries of a page go through the same one."""

    config: Path
    publication_id: int

    @property
    def settings(self) -> Settings:
        """The deployment's settings."""
        return deployment(self.config)

    @property
    def record(self) -> Publication:
        """What was written down when it was published."""
        return _record(self.config, self.publication_id)

    @property
    def published_at(self) -> datetime:
        """When it was published, UTC."""
        return datetime.fromisoformat(self.record.published_at)

    @property
    def currency(self) -> str:
        """The currency of all `_reporting` amounts."""
        return self.settings.company.reporting_currency

    def ask(self, query: str, parameters: Mapping[str, Parameter] | None = None) -> pd.DataFrame:
        """Answer a query with bound parameters (`$name`). The frame is a copy: callers may change it."""
        bound = {
            name: tuple(value) if isinstance(value, (list, set)) else value
            for name, value in (parameters or {}).items()
        }
        return _answer(self.config, self.publication_id, query, bound)

    def has_rows(self, table: str) -> bool:
        """Whether a table exists in this publication and holds anything; a condition may follow its name."""
        return _has_rows(self.config, self.publication_id, table)


def current_snapshot(config: Path) -> Snapshot | None:
    """Return the publication that `current` points at now, or None when nothing is published."""
    publication_id = current_publication_id(deployment(config))
    return None if publication_id is None else Snapshot(config, publication_id)


def kept_publications(snapshot: Snapshot) -> list[Publication]:
    """Return the publications that `weft rollback` can go to, newest first."""
    return list(reversed(list_publications(snapshot.settings)))


@st.cache_resource(show_spinner=False, max_entries=20)
def deployment(config: Path) -> Settings:
    """Read the settings once per server."""
    return load_settings(config)


@st.cache_data(show_spinner=False, max_entries=50)
def _record(config: Path, publication_id: int) -> Publication:
    return read_publication(deployment(config), publication_id)


# A connection that falls out of the cache is closed when the last page that uses it is done, not under its feet.
@st.cache_resource(show_spinner=False, max_entries=3)
def _connection(config: Path, publication_id: int) -> duckdb.DuckDBPyConnection:
    settings = deployment(config)
    return open_for_role(settings, settings.dashboards.role, publication_id, schemas=("marts", "ops"))


@contextmanager
def _cursor(config: Path, publication_id: int) -> Iterator[duckdb.DuckDBPyConnection]:
    """Sessions run in threads of their own, and a DuckDB connection serves one at a time: each question has a cursor."""
    with _connection(config, publication_id).cursor() as cursor:
        cursor.execute("USE lake")  # a cursor begins without what its connection chose
        yield cursor


@st.cache_data(show_spinner=False, max_entries=1000)
def _answer(config: Path, publication_id: int, query: str, parameters: dict[str, Parameter]) -> pd.DataFrame:
    with _cursor(config, publication_id) as cursor:
        bound = {name: list(value) if isinstance(value, tuple) else value for name, value in parameters.items()}
        return cursor.execute(query, bound or None).df()


@st.cache_data(show_spinner=False, max_entries=100)
def _has_rows(config: Path, publication_id: int, table: str) -> bool:
    with _cursor(config, publication_id) as cursor:
        try:
            return cursor.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone() is not None
        # A publication of an earlier release may lack the table, or columns of it.
        except (duckdb.CatalogException, duckdb.BinderException):
            return False
