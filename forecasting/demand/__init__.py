"""Demand forecasting for any long table of series, without a warehouse.

Comes in: `unique_id, ds, y` and optional features. Goes out: forecasts with quantiles that add up over a hierarchy, and how
accurate they were when replayed. Called by `forecasting.sales`, by the command `weft forecast` and by the benchmark.
"""

from forecasting.demand.api import DemandForecast, forecast_demand
from forecasting.demand.inputs import DemandError

__all__ = ["DemandError", "DemandForecast", "forecast_demand"]
