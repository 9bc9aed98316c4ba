"""Files for people and systems outside Weft.

Comes in: a publication, never the live lake. Goes out: files in the exports folder, whole or not at all. Called by
orchestration after publishing, and by `weft export`.
"""
