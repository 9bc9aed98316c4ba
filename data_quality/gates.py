"""The doors of this folder: one function per gate.

Comes in: settings, the run, and plain data about packs. Goes out: a `GateResult` each. Called by orchestration.
"""

from data_quality.checks import CheckResult, GateResult
from data_quality.control_totals import Control
from data_quality.landed import DeclaredColumn, DeclaredEntity, gate_landed
from data_quality.marts import gate_marts
from data_quality.standardised import gate_standardised

__all__ = [
    "CheckResult",
    "Control",
    "DeclaredColumn",
    "DeclaredEntity",
    "GateResult",
    "gate_landed",
    "gate_marts",
    "gate_standardised",
]
