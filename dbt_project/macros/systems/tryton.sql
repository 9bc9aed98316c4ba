{# What is the same for every table of a Tryton database. #}

{# When a row was last changed: write_date is empty until the first change. #}
{% macro tryton_updated_at(relation) -%}
    coalesce({{ to_timestamp(relation ~ '.write_date') }}, {{ to_timestamp(relation ~ '.create_date') }})
{%- endmacro %}

{# A reference is the text `model,id`: its id, if it points to that model. #}
{% macro tryton_reference(column, model) -%}
    case when split_part({{ column }}, ',', 1) = '{{ model }}' then nullif(split_part({{ column }}, ',', 2), '') end
{%- endmacro %}

{# Whether a sale was agreed. Tryton cancels drafts and quotations only; an order is made a draft again first, and keeps its date. #}
{% macro tryton_was_agreed(sale) -%}
    (
        {{ to_text(sale ~ '.state') }} not in ('draft', 'quotation', 'cancelled')
        or ({{ to_text(sale ~ '.state') }} = 'cancelled' and {{ to_date(sale ~ '.sale_date') }} is not null)
    )
{%- endmacro %}

{# The identifier that stands in a key: a number that the company gave, else the id with the system's name before it. #}
{% macro tryton_identifier(number, id) -%}
    coalesce({{ to_text(number) }}, 'tryton-' || {{ id }})
{%- endmacro %}

{#
    An amount as Tryton states it: rounded to the step of its currency (0.01 for most), and a half to the even step. An amount of a
    currency whose step is not known stays as it is.
#}
{% macro tryton_rounded(amount, step) -%}
    coalesce(
        cast(
            {{ amount }} - {{ amount }} % {{ step }}
            + case
                when
                    abs({{ amount }} % {{ step }}) * 2 > {{ step }}
                    or (
                        abs({{ amount }} % {{ step }}) * 2 = {{ step }}
                        and ({{ amount }} - {{ amount }} % {{ step }}) % ({{ step }} * 2) <> 0
                    )
                    then case when {{ amount }} < 0 then -{{ step }} else {{ step }} end
                else 0
            end
            as decimal(24, 8)
        ),
        {{ amount }}
    )
{%- endmacro %}
