"""Filters: which period, markets, categories and channels a page is about.

Comes in: the URL when a session begins, then the widgets. Goes out: one `Filters` for the page's queries; it is kept
from page to page, and in the URL, so that a link shows the same figures. Called by the pages.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import streamlit as st

from dashboards import formats
from dashboards.publication import Parameter

PRESETS = {
    "4w": "Last 4 weeks",
    "13w": "Last 13 weeks",
    "26w": "Last 26 weeks",
    "52w": "Last 52 weeks",
    "ytd": "Year to date",
    "all": "All data",
    "custom": "Custom dates",
}
DEFAULT_PERIOD = "13w"
LISTS = {"market": "Market", "category": "Category", "channel": "Channel"}


@dataclass(frozen=True)
class Period:
    """Days from `start` to `end`, both included."""

    start: date
    end: date

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    @property
    def text(self) -> str:
        return f"{formats.day(self.start)} – {formats.day(self.end)}"

    @property
    def previous(self) -> "Period":
        """As many days, just before."""
        return Period(self.start - timedelta(days=self.days), self.start - timedelta(days=1))

    @property
    def last_year(self) -> "Period":
        """The same days 52 weeks before, so that weekdays meet weekdays."""
        return Period(self.start - timedelta(weeks=52), self.end - timedelta(weeks=52))

    def ending(self, end: date) -> "Period":
        """As many days, up to another day."""
        return Period(end - timedelta(days=self.days - 1), end)

    def lasting(self, days: int) -> "Period":
        """So many days, up to the same day."""
        return Period(self.end - timedelta(days=days - 1), self.end)


@dataclass(frozen=True)
class Choice:
    """What the user chose, independent of the data: this is what the URL holds."""

    period: str = DEFAULT_PERIOD
    custom: Period | None = None
    lists: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Filters:
    """A choice applied to a page's data."""

    period: Period
    preset: str
    market: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    channel: tuple[str, ...] = ()

    def where(self, columns: dict[str, str]) -> tuple[str, dict[str, Parameter]]:
        """Return ` AND …` over the given columns for the lists that are set, with the parameters it binds."""
        chosen = {name: getattr(self, name) for name in columns if getattr(self, name)}
        clauses = "".join(f" AND list_contains(${name}, {columns[name]})" for name in chosen)
        return clauses, dict(chosen)


def period_of(preset: str, custom: Period | None, first: date, latest: date) -> Period:
    """Turn a preset into days. Presets count back from the latest day in the data, not from today."""
    if preset == "custom" and custom is not None:
        return custom
    if preset == "all":
        return Period(first, latest)
    if preset == "ytd":
        return Period(latest.replace(month=1, day=1), latest)
    weeks = int(preset.removesuffix("w")) if preset.endswith("w") else 13
    return Period(latest - timedelta(weeks=weeks) + timedelta(days=1), latest)


def filter_bar(first: date, latest: date, options: dict[str, dict[str, str]]) -> Filters:
    """Draw the widgets for the lists in `options` (name → value → label) and return what is chosen."""
    choice = _stored()
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom", key="filters"):
        choice = _period_widgets(choice, first, latest)
        for name, values in options.items():
            choice = _list_widget(choice, name, values)
    remember(choice)
    period = period_of(choice.period, choice.custom, first, latest)
    # A value from an old link that this publication does not know filters nothing rather than everything.
    known = {name: tuple(v for v in choice.lists.get(name, ()) if v in values) for name, values in options.items()}
    preset = PRESETS[choice.period]
    origin = ", counted back from the latest day of these data" if preset.startswith("Last") else ""
    st.caption(f"**{period.text}** · {preset.lower()}{origin}")
    return Filters(period, preset, **known)


def list_bar(latest: date, options: dict[str, dict[str, str]]) -> Filters:
    """Draw the lists in `options` alone, for a page that shows one day, `latest`; the period chosen elsewhere is kept."""
    choice = _stored()
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom", key="filters"):
        for name, values in options.items():
            choice = _list_widget(choice, name, values)
    remember(choice)
    known = {name: tuple(v for v in choice.lists.get(name, ()) if v in values) for name, values in options.items()}
    return Filters(Period(latest, latest), "", **known)


def _period_widgets(choice: Choice, first: date, latest: date) -> Choice:
    # Set anew each time: to Streamlit the widget of another page is another one, which would begin with its first option.
    st.session_state["filter_period"] = st.session_state.get("filter_period", choice.period)
    preset = st.selectbox(
        "Period",
        list(PRESETS),
        format_func=PRESETS.__getitem__,
        key="filter_period",
        width=170,
        help="Counted back from the latest day in the data of this page, so that an old publication still shows figures.",
    )
    if preset != "custom":
        return replace(choice, period=preset)
    offered = choice.custom or period_of(choice.period, None, first, latest)
    picked = st.date_input("From – to", (offered.start, offered.end), key="filter_dates", width=230)
    # While only the first day is picked there is no period yet: the last one stays.
    if isinstance(picked, tuple) and len(picked) == 2:
        return replace(choice, period="custom", custom=Period(*picked))
    return replace(choice, period="custom", custom=offered)


def _list_widget(choice: Choice, name: str, values: dict[str, str]) -> Choice:
    key = f"filter_{name}"
    kept = [value for value in choice.lists.get(name, ()) if value in values]
    st.session_state.setdefault(key, kept)
    st.session_state[key] = [value for value in st.session_state[key] if value in values]
    label = LISTS[name]
    chosen = st.multiselect(
        label,
        list(values),
        format_func=lambda value: values.get(value, value),
        key=key,
        placeholder=f"All {'categories' if name == 'category' else label.lower() + 's'}",
        width=200,
    )
    return replace(choice, lists=choice.lists | {name: tuple(chosen)})


def remember(choice: Choice) -> None:
    """Keep a choice for the other pages, and write it into the URL."""
    st.session_state["choice"] = choice
    wanted = to_query(choice)
    if {name: st.query_params.get_all(name) for name in st.query_params} != wanted:
        st.query_params.from_dict(wanted)


def keep_in_url() -> None:
    """On pages without filters: keep what was chosen elsewhere."""
    remember(_stored())


def _stored() -> Choice:
    if "choice" not in st.session_state:
        st.session_state["choice"] = from_query({name: st.query_params.get_all(name) for name in st.query_params})
    stored: Choice = st.session_state["choice"]
    return stored


def to_query(choice: Choice) -> dict[str, list[str]]:
    """Write a choice as URL parameters; what is not filtered is not there."""
    query: dict[str, list[str]] = {}
    if choice.period == "custom" and choice.custom is not None:
        query["period"] = [f"{choice.custom.start:%Y-%m-%d}..{choice.custom.end:%Y-%m-%d}"]
    elif choice.period != DEFAULT_PERIOD:
        query["period"] = [choice.period]
    return query | {name: list(values) for name, values in choice.lists.items() if values}


def from_query(query: dict[str, list[str]]) -> Choice:
    """Read URL parameters; what cannot be understood is left at its default."""
    lists = {name: _unique(query[name]) for name in LISTS if query.get(name)}
    period = query.get("period", [DEFAULT_PERIOD])[-1]
    if ".." in period:
        try:
            start, end = (date.fromisoformat(day) for day in period.split("..", 1))
        except ValueError:
            return Choice(lists=lists)
        return Choice("custom", Period(min(start, end), max(start, end)), lists)
    return Choice(period if period in PRESETS and period != "custom" else DEFAULT_PERIOD, None, lists)


def _unique(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
