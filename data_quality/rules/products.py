"""Rules about products, their prices and stock, and exchange rates."""

from data_quality.rules.row_rule import RowRule, known_currency, not_negative, present, sane_date

PRODUCT_RULES = [
    present("products", "product_key", "the product number"),
    present("products", "product_name", "the product's name"),
    present("product_prices", "product_key", "the product"),
    present("product_prices", "valid_from", "the first day of the price"),
    present("product_prices", "amount", "the price"),
    not_negative("product_prices", "amount", "the price"),
    known_currency("product_prices"),
    RowRule(
        "product_prices",
        "validity_in_order",
        "valid_to",
        "checked.valid_to <= checked.valid_from",
        "the price ends before it begins",
    ),
    present("stock_levels", "product_key", "the product"),
    present("stock_levels", "warehouse_key", "the warehouse"),
    present("stock_levels", "counted_on", "the day of the count"),
    sane_date("stock_levels", "counted_on", "the day of the count"),
    present("stock_levels", "quantity_on_hand", "the quantity"),
    RowRule(
        "stock_levels",
        "quantity_on_hand_not_negative",
        "quantity_on_hand",
        "checked.quantity_on_hand < 0",
        "the stock is negative",
        "warn",
    ),
    present("currency_rates", "rate_on", "the day of the rate"),
    present("currency_rates", "rate", "the rate"),
    RowRule("currency_rates", "rate_positive", "rate", "checked.rate <= 0", "the rate is not above zero"),
    present("reviews", "review_key", "the review's number"),
    RowRule(
        "reviews",
        "rating_in_range",
        "rating",
        "checked.rating IS NULL OR checked.rating NOT BETWEEN 1 AND 5",
        "the rating is not between 1 and 5",
    ),
]
