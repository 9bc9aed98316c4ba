-- A discount is a line of its own. It belongs to the goods right above it; one for the whole document, or one that
-- follows a subtotal, is shared by all goods of the order. Charges are in the order's freight.
with documents as (

    select * from {{ ref('base_netsuite__documents') }}

),

lines as (

    select * from {{ ref('base_netsuite__lines') }}

),

order_lines as (

    select
        lines.*,
        documents.order_number,
        documents.document_number,
        documents.currency_code,
        documents.is_gone as is_order_gone,
        lag(lines.line_role) over (
            partition by lines.transaction_id, lines.is_gone
            order by lines.line_number
        ) as role_above,
        max(case when lines.line_role = 'goods' then lines.line_number end) over (
            partition by lines.transaction_id, lines.is_gone
            order by lines.line_number
            rows between unbounded preceding and 1 preceding
        ) as goods_line_above
    from lines
    inner join documents on lines.transaction_id = documents.transaction_id
    where
        documents.document = 'sales_order'
        and not documents.is_mirrored
        and lines.line_role in ('goods', 'discount', 'charge', 'none')

),

discounts as (

    select
        transaction_id,
        case
            when is_discount_of_document or goods_line_above is null or role_above = 'none' then null
            else goods_line_above
        end as line_number,
        -amount as discount_amount
    from order_lines
    where line_role = 'discount' and not is_gone

),

line_discounts as (

    select
        transaction_id,
        line_number,
        sum(discount_amount) as discount_amount
    from discounts
    where line_number is not null
    group by transaction_id, line_number

),

document_discounts as (

    select
        transaction_id,
        sum(discount_amount) as discount_amount
    from discounts
    where line_number is null
    group by transaction_id

),

goods as (

    select
        order_lines.*,
        cast(order_lines.amount - coalesce(line_discounts.discount_amount, 0) as decimal(24, 8)) as weighing_amount,
        coalesce(line_discounts.discount_amount, 0) as own_discount_amount,
        case
            when order_lines.is_gone then 0
            else coalesce(document_discounts.discount_amount, 0)
        end as document_discount_amount
    from order_lines
    left join line_discounts
        on
            order_lines.transaction_id = line_discounts.transaction_id
            and order_lines.line_number = line_discounts.line_number
            and not order_lines.is_gone
    left join document_discounts on order_lines.transaction_id = document_discounts.transaction_id
    where order_lines.line_role = 'goods'

),

weighed as (

    select
        *,
        sum({{ allocation_weight('weighing_amount') }}) over (partition by transaction_id, is_gone) as total_weight,
        count(*) over (partition by transaction_id, is_gone) as line_count,
        row_number() over (
            partition by transaction_id, is_gone
            order by line_number desc, line_id desc
        ) = 1 as is_last_line
    from goods

),

shared as (

    select
        *,
        {{ allocation_share(
            'document_discount_amount', allocation_weight('weighing_amount'), 'total_weight', 'line_count'
        ) }} as share_amount
    from weighed

),

discounted as (

    select
        *,
        cast(
            own_discount_amount + share_amount
            + case
                when is_last_line
                    then document_discount_amount - sum(share_amount) over (partition by transaction_id, is_gone)
                else 0
            end as decimal(24, 8)
        ) as discount_amount
    from shared

)

select
    {{ entity_key('order_line', 'netsuite', ['transaction_id', 'line_id']) }} as order_line_key,
    {{ entity_key('order', 'netsuite', 'order_number') }} as order_key,
    document_number as order_id,
    line_number,
    {{ entity_key('product', 'netsuite', 'sku') }} as product_key,
    quantity,
    'EA' as unit_code,
    cast(amount / nullif(quantity, 0) as decimal(18, 4)) as unit_price,
    cast(coalesce(discount_amount / nullif(amount, 0), 0) as decimal(9, 6)) as discount_rate,
    amount as gross_amount,
    discount_amount,
    cast(amount - discount_amount as decimal(24, 8)) as net_amount,
    currency_code,
    {{ origin_columns('netsuite', "transaction_id || '-' || line_id", 'updated_at', 'is_gone or is_order_gone') }}
from discounted
