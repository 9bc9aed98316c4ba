with lines as (

    select * from {{ ref('fct_order_line') }}

),

shipment_lines as (

    select * from {{ ref('int_shipment_lines__unioned') }}

),

shipped as (

    select
        order_line_key,
        sum(quantity) as shipped_quantity
    from shipment_lines
    where {{ is_live() }} and order_line_key is not null
    group by order_line_key

),

left_over as (

    select
        lines.*,
        coalesce(shipped.shipped_quantity, 0) as shipped_quantity
    from lines
    left join shipped on lines.order_line_key = shipped.order_line_key
    where lines.status in ('open', 'confirmed', 'partly_shipped')

)

select
    order_line_key,
    order_key,
    product_key,
    geography_key,
    ordered_on,
    due_on,
    status,
    quantity,
    cast(shipped_quantity as decimal(18, 4)) as shipped_quantity,
    cast(quantity - shipped_quantity as decimal(18, 4)) as open_quantity,
    unit_code,
    company_id,
    source_system
from left_over
where quantity > shipped_quantity
