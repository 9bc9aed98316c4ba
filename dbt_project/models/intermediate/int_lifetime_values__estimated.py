"""One row per person with an order: what she is expected to order and to be worth."""


def model(dbt, session):
    from customers.lifetime_value.tables import estimated

    return estimated(dbt.ref("int_person_orders__valued"))
