"""What templates ask dbt for, answered well enough for the SQL linter, which runs without a database.

Comes in: calls from macros. Goes out: plain text of the right shape. Called by sqlfluff only.
"""

from collections.abc import Callable
from types import SimpleNamespace

VARIABLES = {"fiscal_year_start_month": 1, "reporting_currency": "EUR", "company_id": "company"}


def var(name: str, default: object = None) -> object:
    """Return a variable as a run would pass it; those that hold packs are empty."""
    return VARIABLES.get(name, {} if default is None else default)


# Macros that write a whole query.
QUERIES = {"each_day": "select first_day as date_on", "unpivot_columns": "select * from {}"}


def _dispatch(name: str) -> Callable[..., str]:
    # Elsewhere a column of that name stands for what the dialect would write.
    return lambda *arguments: QUERIES.get(name, f"dialect_{name}").format(*arguments)


adapter = SimpleNamespace(dispatch=_dispatch)
target = SimpleNamespace(schema="main", name="duckdb", type="duckdb")
