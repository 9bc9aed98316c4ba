"""What planners know better: files of overrides and of planned promotions, checked, kept, applied and measured.

Comes in: CSV and XLSX files in the folder `[forecast] overrides`. Goes out: overrides on top of the forecast, and what they were worth.
Called by `forecasting.sales.run`; `add_override` by whoever lets people enter one.
"""

from forecasting.overrides.entry import add_override

__all__ = ["add_override"]
