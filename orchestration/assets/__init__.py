"""One module per stage of a run; each function takes settings and returns the Dagster definitions of its stage.

An asset calls one function of the floor below and reports its metadata. Called by `orchestration.definitions`.
"""
