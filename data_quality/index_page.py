"""The page on which data docs open: what each gate looks at, and a link to its results."""

from html import escape
from pathlib import Path

GATES = {
    "landed": "Deliveries: volume, required values, types and keys of what the systems sent",
    "standardised": "Rows: the rules that put a row into quarantine, and those that only warn",
    "marts": "Marts: keys, references and ranges of what is about to be published",
}


def write_index(folder: Path) -> None:
    """Write `index.html` with a link to the site of each gate that has run, newest results first in each."""
    rows = []
    for gate, meaning in GATES.items():
        sites = sorted(path for path in folder.glob(f"{gate}*") if (path / "index.html").is_file())
        links = ", ".join(f'<a href="{escape(path.name)}/index.html">{escape(path.name)}</a>' for path in sites)
        rows.append(f"<tr><td>{escape(meaning)}</td><td>{links or 'has not run yet'}</td></tr>")
    page = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Data quality</title>'
        "<style>body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:3rem auto;padding:0 1rem}"
        "table{border-collapse:collapse;width:100%}td{border-top:1px solid #d0d7de;padding:.7rem .5rem}"
        "a{color:#0550ae}</style><h1>Data quality</h1><p>Results of the three gates of the newest run. Each gate must "
        f"pass before the next step; the last before anything is published.</p><table>{''.join(rows)}</table></html>"
    )
    partial = folder / ".index.html.partial"
    partial.write_text(page, encoding="utf-8")
    partial.replace(folder / "index.html")
