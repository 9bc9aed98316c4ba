"""The ground floor: settings, the lake's connections, the ledger of loads and runs, publications, the writer's lock.

Comes in: a `weft.toml`. Goes out: connections and records that every other folder uses. Imports nothing of ours.
"""
