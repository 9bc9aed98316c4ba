"""The top floor: Dagster definitions, the headless run, and the `weft` command.

Comes in: settings and the doors of the floors below. Goes out: runs. `cli.py` is what people start; `definitions.py` is
what Dagster loads; `run.py` executes the same job without any server. No logic of the warehouse lives here.
"""
