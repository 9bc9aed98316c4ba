"""One row per model and tenth of the people: what it would have said before the last days, and what came."""


def model(dbt, session):
    """Check the estimates from the orders of known people; each order with what remained of it after refunds."""
    dbt.config(materialized="table")
    from customers.lifetime_value import evaluate

    orders = dbt.ref("int_person_orders__valued")
    return evaluate(
        orders.filter("person_key <> '00000000000000000000000000000000'")
        .project("person_key, ordered_on, cast(net_amount_after_refunds_reporting as double) as net_amount")
        .pl()
    ).to_arrow()
