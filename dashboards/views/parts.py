"""What several pages share: the empty state, and the period of a subject whose data end early.

Comes in: what is missing, or a period. Goes out: a notice, or another period. Called by the pages.
"""

from dataclasses import replace

import streamlit as st

from dashboards.filters import Period
from dashboards.queries.coverage import Coverage


def nothing_here(subject: str, rows: str) -> None:
    """Say that a publication has no rows of a kind, and why that may be."""
    st.info(
        f"This publication holds no {rows}, so there is nothing to show about {subject}. "
        "They appear here once a system in `weft.toml` delivers them; `weft status` lists what has been delivered.",
        icon=":material/info:",
    )


def shown_from(period: Period, covered: Coverage) -> Period:
    """Return the period, or one of the same length that ends where the subject's data end; never what is before them."""
    shown = period if period.end <= covered.latest else period.ending(covered.latest)
    return shown if shown.start >= covered.first else replace(shown, start=covered.first)
