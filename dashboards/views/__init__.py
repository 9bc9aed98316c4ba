"""The pages: one module each, one public function `page(snapshot)`.

Comes in: the snapshot of this rerun. Goes out: what the reader sees. Called by `app.py`.
"""
