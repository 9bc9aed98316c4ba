-- Lines with a negative quantity. A return that a complaint led to counts from the decision on, when it is still a draft; a draft
-- that somebody just began does not.
with lines as (

    select * from {{ ref('base_tryton__sale_lines') }}

),

complaints as (

    select * from {{ raw_rows('tryton', 'sale_complaint') }}

),

complaint_types as (

    select * from {{ raw_rows('tryton', 'sale_complaint_type') }}

),

products as (

    select * from {{ ref('base_tryton__products') }}

),

moves as (

    select * from {{ ref('base_tryton__moves') }}

),

places as (

    select * from {{ ref('base_tryton__locations') }}

),

invoice_lines as (

    select * from {{ raw_rows('tryton', 'account_invoice_line', 'live') }}

),

credits as (

    select * from {{ ref('base_tryton__credits') }}

),

reasons as (

    select * from {{ ref('tryton__return_reason') }}

),

returned as (

    select
        lines.*,
        complaints.id as complaint_id,
        {{ to_date('complaints.date') }} as complained_on,
        coalesce({{ to_text('complaint_types.name') }}, {{ to_text('complaints.description') }}) as reason_raw,
        {{ tryton_reference('complaints.origin', 'sale.sale') }} as complained_sale_id,
        {{ tryton_reference('complaints.origin', 'sale.line') }} as complained_line_id
    from lines
    left join complaints on {{ tryton_reference('lines.sale_origin', 'sale.complaint') }} = complaints.id
    left join complaint_types on complaints.type = complaint_types.id
    where
        lines.quantity < 0
        and lines.sale_state <> 'cancelled'
        and (lines.sale_state not in ('draft', 'quotation') or complaints.id is not null)

),

-- The line that was sold: the one the complaint names, else the first of its sale with the same product.
sold as (

    select
        returned.line_id as return_line_id,
        lines.line_id,
        lines.order_identifier,
        row_number() over (
            partition by returned.line_id
            order by cast(lines.line_id = returned.complained_line_id as integer) desc nulls last, lines.line_number
        ) as preference
    from returned
    inner join lines
        on
            lines.quantity > 0
            and (
                lines.line_id = returned.complained_line_id
                or (lines.sale_id = returned.complained_sale_id and lines.product_id = returned.product_id)
                or (lines.sale_id = returned.sale_id and lines.product_id = returned.product_id)
            )

),

complained_orders as (

    select
        sale_id,
        min(order_identifier) as order_identifier
    from lines
    group by sale_id

),

arrivals as (

    select
        moves.sale_line_id,
        min(moves.moved_on) as returned_on,
        min(places.warehouse_code) as warehouse_code
    from moves
    inner join places on moves.to_location_id = places.location_id
    where moves.move_state = 'done' and moves.from_type = 'customer' and not moves.is_deleted
    group by moves.sale_line_id

),

credited as (

    select
        {{ tryton_reference('invoice_lines.origin', 'sale.line') }} as sale_line_id,
        min(credits.invoice_id) as invoice_id
    from invoice_lines
    inner join credits on invoice_lines.invoice = credits.invoice_id
    where {{ tryton_reference('invoice_lines.origin', 'sale.line') }} is not null
    group by {{ tryton_reference('invoice_lines.origin', 'sale.line') }}

)

select
    {{ entity_key('return_line', 'tryton', 'returned.line_id') }} as return_line_key,
    returned.order_number as return_id,
    {{ entity_key('refund', 'tryton', 'credited.invoice_id') }} as refund_key,
    {{ entity_key('order', 'tryton', 'coalesce(sold.order_identifier, complained_orders.order_identifier)') }} as order_key,
    {{ entity_key('order_line', 'tryton', 'sold.line_id') }} as order_line_key,
    {{ entity_key('product', 'tryton', 'products.sku') }} as product_key,
    {{ entity_key('warehouse', 'tryton', 'arrivals.warehouse_code') }} as warehouse_key,
    coalesce(arrivals.returned_on, returned.sold_on, returned.complained_on) as returned_on,
    returned.reason_raw,
    -- What kinds of complaints there are is up to each company; a kind that is not in the vocabulary is a reason all the same.
    case when returned.reason_raw is not null then coalesce(reasons.reason, 'unknown_stated') end as reason,
    -returned.quantity as quantity,
    arrivals.sale_line_id is not null as is_restocked,
    cast(-returned.amount as decimal(24, 8)) as net_amount,
    cast(null as decimal(24, 8)) as tax_amount,
    returned.currency_code,
    {{ origin_columns('tryton', 'returned.line_id', 'returned.updated_at', 'returned.is_deleted', 'returned') }}
from returned
left join sold on returned.line_id = sold.return_line_id and sold.preference = 1
left join complained_orders on returned.complained_sale_id = complained_orders.sale_id
left join products on returned.product_id = products.product_id
left join arrivals on returned.line_id = arrivals.sale_line_id
left join credited on returned.line_id = credited.sale_line_id
left join reasons on lower(returned.reason_raw) = lower(reasons.reason_raw)
