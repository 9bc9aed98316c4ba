"""The weekly sales forecast per product category and market.

Comes in: `marts.mart_sales_weekly` and `marts.fct_order_line`. Goes out: `marts.fct_forecast`. Called by orchestration
through `make_sales_forecast`; `forecast_series` is the same forecast for one series of numbers.
"""

from forecasting.sales.forecast import SeriesForecast, forecast_series
from forecasting.sales.run import ForecastSummary, make_sales_forecast

__all__ = ["ForecastSummary", "SeriesForecast", "forecast_series", "make_sales_forecast"]
