"""What products without a history will sell, from products like them.

Comes in: launched products with attributes and their first periods, and planned products with attributes. Goes out: a forecast by period
since launch with quantiles, and the launched products that each is most like. Called by `forecasting.sales`, by a command, and by
whoever imports it: it knows frames, not the warehouse.
"""

from forecasting.new_products.backtest import LaunchAccuracy, backtest_launches
from forecasting.new_products.forecast import NewProductForecast, forecast_new_products
from forecasting.new_products.launches import Launches, read_launches

__all__ = [
    "LaunchAccuracy",
    "Launches",
    "NewProductForecast",
    "backtest_launches",
    "forecast_new_products",
    "read_launches",
]
