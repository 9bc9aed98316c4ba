"""One row per person and rank: what the champion of the candidates chooses for her."""


def model(dbt, session):
    from customers.recommendations.tables import ranked

    return ranked(
        dbt.ref("int_recommendations__purchases").pl(),
        dbt.ref("int_recommendations__products").pl(),
        dbt.ref("int_recommendations__people").pl(),
        dbt.ref("int_recommendations__stock").pl(),
        dbt.ref("int_recommendations__measured").pl(),
    )
