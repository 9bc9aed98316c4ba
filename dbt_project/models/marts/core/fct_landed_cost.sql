{%- set charge_types = ['goods'] + landed_charge_types() + ['vat'] -%}

with lines as (

    select * from {{ ref('fct_purchase_order_line') }}

),

shares as (

    select * from {{ ref('int_landed_cost_charges__allocated') }}

),

-- Shares that lead to no line stand under the unknown one, which has no currency of its own.
priced_shares as (

    select
        lines.purchase_order_line_key,
        shares.charge_type,
        case
            when shares.currency_code = lines.currency_code then shares.amount
            else
                cast(
                    {{ in_reporting_currency('shares.amount', 'shares.exchange_rate') }}
                    / nullif(lines.exchange_rate, 0) as decimal(24, 8)
                )
        end as amount,
        {{ in_reporting_currency('shares.amount', 'shares.exchange_rate') }} as amount_reporting,
        shares.exchange_rate is null as has_no_rate
    from shares
    left join lines on shares.purchase_order_line_key = lines.purchase_order_line_key

),

charged as (

    select
        {{ known_key('purchase_order_line_key') }} as purchase_order_line_key,
        {%- for charge_type in charge_types %}
            sum(case when charge_type = '{{ charge_type }}' then amount end) as {{ charge_type }}_amount,
            sum(case when charge_type = '{{ charge_type }}' then amount_reporting end)
                as {{ charge_type }}_amount_reporting,
        {%- endfor %}
        max(case when has_no_rate then 1 else 0 end) = 1 as has_no_rate
    from priced_shares
    group by purchase_order_line_key

),

known_lines as (

    select
        lines.purchase_order_line_key,
        lines.purchase_order_key,
        lines.ordered_on,
        lines.supplier_key,
        lines.product_key,
        lines.product_version_key,
        lines.company_id,
        lines.source_system,
        lines.ordered_quantity,
        lines.unit_code,
        lines.currency_code,
        -- A bill for the goods replaces the price on the order.
        coalesce(charged.goods_amount, lines.net_amount) as goods_amount,
        coalesce(charged.goods_amount_reporting, lines.net_amount_reporting) as goods_amount_reporting,
        {%- for charge_type in charge_types[1:] %}
            coalesce(charged.{{ charge_type }}_amount, 0) as {{ charge_type }}_amount,
            coalesce(charged.{{ charge_type }}_amount_reporting, 0) as {{ charge_type }}_amount_reporting,
        {%- endfor %}
        coalesce(charged.has_no_rate, false) as has_no_rate
    from lines
    left join charged on lines.purchase_order_line_key = charged.purchase_order_line_key

),

-- Charges that lead to no line stay together in one row, so that the sums of this fact are the sums of the charges.
unattributed as (

    select
        {{ unknown_key() }} as purchase_order_line_key,
        {{ unknown_key() }} as purchase_order_key,
        cast(null as date) as ordered_on,
        {{ unknown_key() }} as supplier_key,
        {{ unknown_key() }} as product_key,
        {{ unknown_key() }} as product_version_key,
        '{{ var("company_id") }}' as company_id,
        'unknown' as source_system,
        cast(null as decimal(18, 4)) as ordered_quantity,
        cast(null as varchar) as unit_code,
        {{ known_currency('null') }} as currency_code,
        {%- for charge_type in charge_types %}
            cast(null as decimal(24, 8)) as {{ charge_type }}_amount,
            coalesce({{ charge_type }}_amount_reporting, 0) as {{ charge_type }}_amount_reporting,
        {%- endfor %}
        has_no_rate
    from charged
    where purchase_order_line_key = {{ unknown_key() }}

),

all_lines as (

    select * from known_lines
    union all
    select * from unattributed

),

landed as (

    select
        *,
        case
            when not has_no_rate
                then
                    goods_amount
                    {% for charge_type in landed_charge_types() %}
                        + {{ charge_type }}_amount
                    {% endfor %}
        end as landed_amount,
        case
            when not has_no_rate
                then
                    goods_amount_reporting
                    {% for charge_type in landed_charge_types() %}
                        + {{ charge_type }}_amount_reporting
                    {% endfor %}
        end as landed_amount_reporting
    from all_lines

)

select
    purchase_order_line_key,
    purchase_order_key,
    ordered_on,
    {{ known_date_key('ordered_on') }} as date_key,
    supplier_key,
    product_key,
    product_version_key,
    company_id,
    source_system,
    ordered_quantity,
    unit_code,
    currency_code,
    {%- for charge_type in charge_types %}
        cast({{ charge_type }}_amount as decimal(24, 8)) as {{ charge_type }}_amount,
    {%- endfor %}
    cast(landed_amount as decimal(24, 8)) as landed_amount,
    {{ landed_unit_cost('landed_amount', 'ordered_quantity') }} as landed_unit_cost,
    {%- for charge_type in charge_types %}
        cast({{ charge_type }}_amount_reporting as decimal(24, 8)) as {{ charge_type }}_amount_reporting,
    {%- endfor %}
    cast(landed_amount_reporting as decimal(24, 8)) as landed_amount_reporting,
    {{ landed_unit_cost('landed_amount_reporting', 'ordered_quantity') }} as landed_unit_cost_reporting,
    {{ landed_cost_rate('landed_amount_reporting', 'goods_amount_reporting') }} as landed_cost_rate,
    {{ reporting_currency_code() }} as reporting_currency_code
from landed
