"""Forecasts made inside a run, after the marts and before the audit.

Comes in: the marts of the live lake. Goes out: forecast tables in schema `marts`. Called by orchestration.
"""
