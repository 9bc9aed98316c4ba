{#- Every date that a fact's date_key is made of. -#}
{%- set business_dates = [
    ('int_sales_orders__unioned', 'ordered_on'),
    ('int_purchase_orders__unioned', 'ordered_on'),
    ('int_goods_receipts__unioned', 'received_on'),
    ('int_stock_levels__unioned', 'counted_on'),
    ('int_shipments__unioned', 'shipped_on'),
    ('int_production_orders__unioned', 'started_on'),
    ('int_production_operations__unioned', 'actual_start_on'),
    ('int_reviews__unioned', 'reviewed_on'),
    ('int_payments__unioned', 'paid_on'),
    ('int_refunds__unioned', 'refunded_on'),
    ('int_return_lines__unioned', 'returned_on'),
    ('int_stock_movements__unioned', 'moved_on'),
    ('int_shipment_events__unioned', 'occurred_at'),
    ('int_landed_cost_charges__unioned', 'charged_on'),
    ('int_tickets__unioned', 'opened_at'),
    ('int_campaigns__unioned', 'started_on'),
    ('int_campaign_touches__unioned', 'touched_at'),
    ('int_opportunities__unioned', 'created_at'),
    ('int_leads__unioned', 'created_at'),
] -%}

with spans as (

    {% for model, column in business_dates -%}
    select
        min(cast({{ column }} as date)) as first_on,
        max(cast({{ column }} as date)) as last_on
    from {{ ref(model) }}
    where cast({{ column }} as date) between {{ earliest_date() }} and {{ latest_date() }}
    {% if not loop.last %}
    union all

    {% endif %}
    {%- endfor %}
)

select
    cast(min(first_on) as date) as first_on,
    cast(max(last_on) as date) as last_on
from spans
