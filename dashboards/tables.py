"""Tables: formatted for reading, downloadable as CSV and XLSX with the same rows, columns and headings.

Comes in: a data frame and what its columns are. Goes out: a table on the page and two buttons. Called by the pages.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from dashboards import formats

# A browser shows and sorts this many without trouble; more is work for `weft sql`.
ROW_LIMIT = 5_000

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Column:
    """A column as people see it: heading, how its figures are written, and what they mean."""

    label: str
    write: Callable[[Any], str] = formats.text
    help: str | None = None
    pinned: bool = False


def table(frame: pd.DataFrame, columns: dict[str, Column], *, name: str, highest: int = 420) -> None:
    """Show the columns of `frame` in the order of `columns`, with downloads named `name`."""
    shown = labelled(frame, columns)
    if len(shown) > ROW_LIMIT:
        st.caption(f"The first {ROW_LIMIT:,} of {len(shown):,} rows. The downloads hold all of them.")
    written: dict[str, Any] = {column.label: column.write for column in columns.values()}
    # Streamlit draws truth values as boxes; here they are words, so that no and unknown look different.
    words = {
        label: shown[label].map(write).head(ROW_LIMIT) for label, write in written.items() if write is formats.yes_no
    }
    styled = shown.head(ROW_LIMIT).assign(**words).style.format(written | dict.fromkeys(words, formats.text))
    st.dataframe(
        styled,
        hide_index=True,
        height=min(38 + 35 * max(len(shown), 1), highest),
        placeholder=formats.MISSING,
        key=f"table_{name}",
        column_config={
            column.label: st.column_config.Column(column.label, help=column.help, pinned=column.pinned)
            for column in columns.values()
        },
    )
    with st.container(horizontal=True, gap="small"):
        for label, kind, write, mime in (("CSV", "csv", to_csv, "text/csv"), ("XLSX", "xlsx", to_xlsx, XLSX)):
            st.download_button(
                label,
                # The file is made when somebody asks for it, not each time the page is drawn.
                data=partial(write, shown),
                file_name=f"{name}.{kind}",
                mime=mime,
                key=f"{kind}_{name}",
                on_click="ignore",
                icon=":material/download:",
                type="tertiary",
                help=f"{len(shown):,} rows of this table as {label}",
            )


def labelled(frame: pd.DataFrame, columns: dict[str, Column]) -> pd.DataFrame:
    """Return the columns under their headings."""
    return frame[list(columns)].rename(columns={name: column.label for name, column in columns.items()})


def to_csv(frame: pd.DataFrame) -> bytes:
    """Write UTF-8, comma, one header line."""
    return frame.to_csv(index=False).encode("utf-8")


def to_xlsx(frame: pd.DataFrame) -> bytes:
    """Write one sheet with a filter row; text stays text, whatever it begins with."""
    buffer = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": True}
    with pd.ExcelWriter(
        buffer,
        engine="xlsxwriter",
        date_format="yyyy-mm-dd",
        datetime_format="yyyy-mm-dd hh:mm:ss",
        engine_kwargs={"options": options},
    ) as writer:
        frame.to_excel(writer, sheet_name="Data", index=False)
        sheet = writer.sheets["Data"]
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(len(frame), 1), max(len(frame.columns) - 1, 0))
        sheet.autofit(max_width=400)
    return buffer.getvalue()
