"""A first draft of a pack and its staging models from sample exports.

Comes in: files that a system exported. Goes out: `extractors/packs/<name>.yml` and `dbt_project/models/staging/<name>/`, ready to be
edited. Called by `weft new-source`; `draft.py` holds the door.
"""
