"""From the sales forecast to what must be made and bought, when, and whether there are hours for it."""

from forecasting.capacity.assumptions import Assumptions, assumptions_of
from forecasting.capacity.inputs import PlanInputs
from forecasting.capacity.plan import Plan, make_plan

__all__ = ["Assumptions", "Plan", "PlanInputs", "assumptions_of", "make_plan"]
