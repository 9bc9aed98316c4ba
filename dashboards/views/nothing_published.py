"""The page before the first publication: says what is missing and the one command that helps.

Comes in: nothing. Goes out: a page. Called by `app.py`, which shows the figures as soon as there are any.
"""

import streamlit as st


def page() -> None:
    """Show what to do first."""
    st.title("Nothing is published yet")
    st.markdown(
        "The dashboards show publications: states of the warehouse that passed their audit. "
        "This deployment has none so far. Start a run with"
    )
    st.code("weft run", language=None)
    st.markdown(
        "and leave this page open: it shows the figures within a minute after the run has published. "
        "If a run ended without publishing, `weft status` says why."
    )
