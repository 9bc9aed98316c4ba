"""Row rules of the canonical entities, one module per part of the business.

Comes in: nothing. Goes out: `ROW_RULES`, which the second gate turns into expectations and, for rules of severity
'error', into the quarantine. A rule is written once, here.
"""

from data_quality.rules.money import MONEY_RULES
from data_quality.rules.movements import MOVEMENT_RULES
from data_quality.rules.parties import PARTY_RULES
from data_quality.rules.products import PRODUCT_RULES
from data_quality.rules.row_rule import RowRule
from data_quality.rules.sales import SALES_RULES
from data_quality.rules.service import SERVICE_RULES
from data_quality.rules.supply import SUPPLY_RULES

ROW_RULES: list[RowRule] = [
    *SALES_RULES,
    *PARTY_RULES,
    *PRODUCT_RULES,
    *SUPPLY_RULES,
    *MONEY_RULES,
    *MOVEMENT_RULES,
    *SERVICE_RULES,
]
