"""Next best products for each person.

Comes in: purchases, products and stock as long Polars frames. Goes out: ten styles a person with the reason for each, and how well
each way of choosing them would have done on the last four weeks. Called by dbt's Python models and by the bench command.
"""

from customers.recommendations.choice import recommend
from customers.recommendations.evaluation import champion_of, evaluate

__all__ = ["champion_of", "evaluate", "recommend"]
