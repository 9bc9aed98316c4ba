{#
    A table is replaced in one statement and one transaction. dbt-duckdb's own way (a second table, two renames, a drop) changes
    the lake's schema in two commits, and after each one DuckLake reads its whole catalog again, which takes longer than most
    models. Nobody reads the live lake while it is written, so there is nothing to swap.
#}
{% materialization table, adapter='duckdb', supported_languages=['sql', 'python'] %}

    {%- set existing_relation = load_cached_relation(this) -%}
    {%- set target_relation = this.incorporate(type='table') -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {% if existing_relation is not none and not existing_relation.is_table %}
        {{ adapter.drop_relation(existing_relation) }}
    {% endif %}

    {% call statement('main', language=model['language']) -%}
        {%- if model['language'] == 'python' %}
            {{- write_python_table(target_relation, compiled_code) }}
        {%- elif config.get('contract').enforced %}
            {{ get_assert_columns_equivalent(compiled_code) }}
            create or replace table {{ target_relation }} {{ get_table_columns_and_constraints() }};
            insert into {{ target_relation }} {{ get_column_names() }} (
                {{ get_select_subquery(compiled_code) }}
            )
        {%- else %}
            create or replace table {{ target_relation }} as (
                {{ compiled_code }}
            )
        {%- endif %}
    {%- endcall %}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}

    {{ return({'relations': [target_relation]}) }}

{% endmaterialization %}

{# The Python that dbt runs for a model in Python: `df` is what its function returned. #}
{% macro write_python_table(relation, compiled_code) -%}
{{ compiled_code }}


def materialize(df, con):
    con.register('python_model', df)
    con.execute('create or replace table {{ relation }} as select * from python_model')
    con.unregister('python_model')
{%- endmacro %}
