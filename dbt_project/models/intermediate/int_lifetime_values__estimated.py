"""One row per person with an order: what she is expected to order and to be worth. `customers.lifetime_value` does the work."""


def model(dbt, session):
    """Estimate everyone from the orders of known people; each order with what remained of it after refunds."""
    dbt.config(materialized="table")
    from customers.lifetime_value import estimate

    orders = dbt.ref("int_person_orders__valued")
    return estimate(
        orders.filter("person_key <> '00000000000000000000000000000000'")
        .project("person_key, ordered_on, cast(net_amount_after_refunds_reporting as double) as net_amount")
        .pl()
    ).to_arrow()
