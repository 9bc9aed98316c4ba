"""DuckDB extensions from the installed Python packages, so that set-up needs only a package index.

Comes in: the names of extensions. Goes out: extensions that plain `LOAD` finds, in this and every later process.
Called by `warehouse.lake` and before dbt starts.
"""

import importlib.util
from pathlib import Path

import duckdb

from warehouse.errors import WeftError

# The package's name and the name that LOAD takes.
EXTENSIONS = {
    "ducklake": "ducklake",
    "sqlite_scanner": "sqlite_scanner",
    "postgres_scanner": "postgres_scanner",
    "mysql_scanner": "mysql_scanner",
    "httpfs": "httpfs",
    "excel": "excel",
}
LAKE_EXTENSIONS = ("sqlite_scanner", "ducklake")


def load_extensions(con: duckdb.DuckDBPyConnection, *names: str) -> None:
    """Load the named extensions into `con`, installing them from site-packages the first time.

    Raises:
        WeftError: the extension's package is not installed, or was built for another DuckDB.
    """
    for name in names:
        try:
            con.execute(f"LOAD {name}")
        except duckdb.Error:
            install_extension(con, name)
            con.execute(f"LOAD {name}")


def install_extension(con: duckdb.DuckDBPyConnection, name: str) -> None:
    """Copy one extension from its Python package into DuckDB's extension folder.

    Raises:
        WeftError: as for `load_extensions`.
    """
    spec = importlib.util.find_spec(f"duckdb_extension_{EXTENSIONS[name]}")
    if spec is None or not spec.submodule_search_locations:
        raise WeftError(
            f"DuckDB's extension {name} is not installed. "
            f"Install it with: pip install duckdb-extension-{name.replace('_', '-')}=={duckdb.__version__}"
        )
    folder = Path(spec.submodule_search_locations[0]) / "extensions" / f"v{duckdb.__version__}"
    files = sorted(folder.glob("*.duckdb_extension*"))
    if not files:
        raise WeftError(
            f"The package of DuckDB's extension {name} is not for DuckDB {duckdb.__version__}; "
            "install the same version of both."
        )
    con.execute(f"FORCE INSTALL '{str(files[0]).replace(chr(39), chr(39) * 2)}'")


def install_all() -> None:
    """Install every extension Weft can use; part of set-up, so that dbt and later processes only need `LOAD`."""
    with duckdb.connect() as con:
        for name in EXTENSIONS:
            load_extensions(con, name)
