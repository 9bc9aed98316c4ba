"""The sales forecast: weekly demand by SKU, colour, style, category, market and channel, with returns and near days.

Comes in: the marts. Goes out: forecast tables in schema `marts`. Called by orchestration through `make_sales_forecast`.
"""

from forecasting.sales.run import ForecastSummary, make_sales_forecast

__all__ = ["ForecastSummary", "make_sales_forecast"]
