"""The app: reads `current` once per rerun, and hands that one publication to the page that is open.

Comes in: `$WEFT_CONFIG`. Goes out: the page. Run by `streamlit run` (see `__main__`).
"""

import logging
from collections.abc import Callable
from pathlib import Path

import duckdb
import streamlit as st
from streamlit.navigation.page import StreamlitPage

from dashboards import formats
from dashboards.publication import Snapshot, current_snapshot
from dashboards.queries.coverage import data_as_of
from dashboards.views import data_quality, inventory, nothing_published, overview, procurement, production, sales
from warehouse.errors import WeftError
from warehouse.settings import find_config

log = logging.getLogger(__name__)

WATCH_SECONDS = 30

# Streamlit stacks columns one under another on telephones: cards go two by two, and headings get smaller.
STYLE = """
<style>
[data-testid="stMainBlockContainer"] { padding-top: 3.25rem; padding-bottom: 3rem; max-width: 1500px; }
[data-testid="stMetricValue"] { font-size: 1.65rem; font-variant-numeric: tabular-nums; }
[data-testid="stMetricLabel"] p { font-weight: 600; white-space: normal; overflow-wrap: anywhere; }
@media (max-width: 640px) {
  [data-testid="stMainBlockContainer"] { padding-left: 1rem; padding-right: 1rem; }
  [class*="st-key-cards_"] [data-testid="stColumn"] { min-width: calc(50% - 0.5rem); flex: 1 1 calc(50% - 0.5rem); }
  [class*="st-key-cards_"] [data-testid="stColumn"]:empty { display: none; }
  .st-key-filters > div { flex: 1 1 calc(50% - 0.5rem) !important; width: auto !important; min-width: 0; }
  [data-testid="stMetricValue"] { font-size: 1.25rem; }
  [data-testid="stMetric"] div:has(> [data-testid="stMetricDelta"]) { flex-wrap: wrap; }
  h1 { font-size: 1.75rem !important; }
}
</style>
"""

TITLES = {
    "overview": ("Overview", ":material/dashboard:"),
    "sales": ("Sales", ":material/sell:"),
    "inventory": ("Inventory", ":material/inventory_2:"),
    "procurement": ("Procurement and suppliers", ":material/local_shipping:"),
    "production": ("Production", ":material/precision_manufacturing:"),
    "data-quality": ("Data quality", ":material/verified:"),
}


def main() -> None:
    """Draw one page of the current publication."""
    st.set_page_config(page_title="Weft", page_icon=str(Path(__file__).with_name("icon.svg")), layout="wide")
    st.html(STYLE)
    try:
        snapshot = current_snapshot(find_config())
    except WeftError as error:
        message = str(error)
        st.navigation([st.Page(lambda: _stop(message), title="Weft")], position="hidden").run()
        return
    _watch(None if snapshot is None else snapshot.publication_id)
    if snapshot is None:
        st.navigation([st.Page(nothing_published.page, title="Weft", default=True)], position="hidden").run()
        return
    pages = _pages(snapshot)
    chosen = st.navigation(list(pages.values()))
    _about(snapshot)
    chosen.run()


def _pages(snapshot: Snapshot) -> dict[str, StreamlitPage]:
    draw: dict[str, Callable[[Snapshot], None]] = {
        "overview": lambda shown: overview.page(shown, pages),
        "sales": sales.page,
        "inventory": inventory.page,
        "procurement": procurement.page,
        "production": production.page,
        "data-quality": data_quality.page,
    }
    pages = {
        path: st.Page(_safely(draw[path], snapshot), title=title, icon=icon, url_path=path, default=path == "overview")
        for path, (title, icon) in TITLES.items()
    }
    return pages


def _safely(draw: Callable[[Snapshot], None], snapshot: Snapshot) -> Callable[[], None]:
    def page() -> None:
        try:
            with st.spinner(f"Reading publication {snapshot.publication_id} …"):
                draw(snapshot)
        except (duckdb.Error, WeftError) as error:
            log.exception("publication %s could not be read", snapshot.publication_id)
            st.error(
                f"Publication {snapshot.publication_id} could not be read for this page. The other pages may still work; "
                "`weft status` tells whether the deployment is whole, `weft rollback` goes back to the publication before.",
                icon=":material/error:",
            )
            with st.expander("What DuckDB said"):
                st.code(str(error), language=None, wrap_lines=True)

    return page


def _about(snapshot: Snapshot) -> None:
    """The line in the sidebar: which figures these are."""
    as_of = data_as_of(snapshot)
    with st.sidebar:
        st.markdown(f"**{snapshot.settings.company.name}**")
        st.caption(
            f"Publication {snapshot.publication_id}  \n"
            f"Data as of {formats.day(as_of)}  \n"
            f"Published {formats.moment(snapshot.published_at)}",
            help="All figures come from this publication, a frozen state of the warehouse that passed its audit. A newer one "
            "shows within a minute. Data as of: the latest order date in it.",
        )


@st.fragment(run_every=WATCH_SECONDS)
def _watch(shown: int | None) -> None:
    """Look at the pointer now and then, and draw the page anew when it moved."""
    newest = current_snapshot(find_config())
    if (None if newest is None else newest.publication_id) != shown:
        st.rerun(scope="app")


def _stop(message: str) -> None:
    st.title("Weft")
    st.error(message, icon=":material/error:")


main()
