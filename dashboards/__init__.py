"""The Streamlit dashboards: pages of figures for analysts, read from one publication at a time.

Comes in: the settings file and the publication that `current` points at. Goes out: pages in a browser. `app.py` is the
entry, `python -m dashboards` (or `weft dashboards`) starts it.
"""
