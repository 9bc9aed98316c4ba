"""One row per candidate: how well it would have done on the last four weeks."""


def model(dbt, session):
    from customers.recommendations.tables import measured

    return measured(
        dbt.ref("int_recommendations__purchases").pl(),
        dbt.ref("int_recommendations__products").pl(),
        dbt.ref("int_recommendations__people").pl(),
        dbt.ref("int_recommendations__stock").pl(),
    )
