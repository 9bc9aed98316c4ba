"""One row per model and tenth of the people: what it would have said before the last days, and what came."""


def model(dbt, session):
    from customers.lifetime_value.tables import checked

    return checked(dbt.ref("int_person_orders__valued"))
