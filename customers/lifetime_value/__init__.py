"""What a person will be worth: expected orders and value, the probability that she is still a customer, and a check of both.

Comes in: orders of persons. Goes out: estimates, and how estimates of the past came true. Called by dbt's Python models and the
benchmark of customers.
"""

from customers.lifetime_value.estimates import ESTIMATE_SCHEMA, estimate
from customers.lifetime_value.evaluation import CHECK_SCHEMA, evaluate

__all__ = ["CHECK_SCHEMA", "ESTIMATE_SCHEMA", "estimate", "evaluate"]
