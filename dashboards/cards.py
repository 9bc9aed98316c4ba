"""Cards: one figure each, with its definition, against the previous period and a year before.

Comes in: figures. Goes out: a row of cards. Called by the pages.
"""

from dataclasses import dataclass
from typing import Literal

import streamlit as st

from dashboards import formats
from dashboards.formats import Figure

CARDS_PER_ROW = 4

Direction = Literal["normal", "inverse", "off"]


@dataclass(frozen=True)
class Card:
    """A figure, written; `now` against `previous` and `last_year` where they are given."""

    label: str
    value: str
    help: str
    now: Figure = None
    previous: Figure = None
    last_year: Figure = None
    is_ratio: bool = False
    direction: Direction = "normal"
    note: str = ""


def cards(row: list[Card], *, compared: bool = True) -> None:
    """Show cards four to a row. `compared` says whether there is a line of comparisons under the figures."""
    for start in range(0, len(row), CARDS_PER_ROW):
        with st.container(key=f"cards_{row[start].label.lower().replace(' ', '_')}"):
            columns = st.columns(CARDS_PER_ROW, gap="small")
            for column, card in zip(columns, row[start : start + CARDS_PER_ROW], strict=False):
                with column.container(border=True, height="stretch", gap=None):
                    _draw(card, compared=compared)


def _draw(card: Card, *, compared: bool) -> None:
    against_previous = formats.change(card.now, card.previous, is_ratio=card.is_ratio)
    against_last_year = formats.change(card.now, card.last_year, is_ratio=card.is_ratio)
    st.metric(
        card.label,
        card.value,
        delta=against_previous,
        delta_description="vs previous" if against_previous else None,
        delta_color="off" if against_previous == formats.UNCHANGED else card.direction,
        delta_arrow="off" if against_previous == formats.UNCHANGED else "auto",
        help=card.help,
    )
    if compared and card.now is not None:
        st.caption(f"{against_last_year} vs year before" if against_last_year else "no figure for the year before")
    if card.note:
        st.caption(card.note)
