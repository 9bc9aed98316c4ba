with lines as (

    select * from {{ ref('mart_procurement') }}

),

suppliers as (

    select * from {{ ref('dim_supplier') }}

),

scores as (

    select
        supplier_key,
        count(distinct purchase_order_key) as purchase_order_count,
        count(*) as line_count,
        cast(coalesce(sum(net_amount_reporting), 0) as decimal(24, 8)) as ordered_amount_reporting,
        cast(coalesce(sum(received_quantity), 0) as decimal(18, 4)) as received_quantity,
        cast(coalesce(sum(rejected_quantity), 0) as decimal(18, 4)) as rejected_quantity,
        {{ rejection_rate('sum(rejected_quantity)', 'sum(received_quantity)') }} as rejection_rate,
        {{ share_of('not is_late') }} as on_time_rate,
        {{ share_of('is_in_full') }} as in_full_rate,
        {{ share_of(on_time_in_full('is_late', 'is_in_full')) }} as on_time_in_full_rate,
        cast(avg(lead_time_days) as decimal(18, 4)) as average_lead_time_days,
        cast(stddev_samp(lead_time_days) as decimal(18, 4)) as lead_time_days_stddev,
        {{ ratio('sum(price_variance_amount_reporting)', 'sum(standard_amount_reporting)') }} as average_price_variance_rate
    from lines
    where {{ counts_as_purchase('status') }}
    group by supplier_key

)

select
    suppliers.supplier_key,
    suppliers.supplier_name,
    suppliers.country_code,
    suppliers.is_preferred,
    suppliers.is_active,
    suppliers.credit_rating,
    coalesce(scores.purchase_order_count, 0) as purchase_order_count,
    coalesce(scores.line_count, 0) as line_count,
    coalesce(scores.ordered_amount_reporting, 0) as ordered_amount_reporting,
    coalesce(scores.received_quantity, 0) as received_quantity,
    coalesce(scores.rejected_quantity, 0) as rejected_quantity,
    scores.rejection_rate,
    scores.on_time_rate,
    scores.in_full_rate,
    scores.on_time_in_full_rate,
    scores.average_lead_time_days,
    scores.lead_time_days_stddev,
    scores.average_price_variance_rate,
    {{ reporting_currency_code() }} as reporting_currency_code
from suppliers
left join scores on suppliers.supplier_key = scores.supplier_key
-- Lines of unknown suppliers stay together in one row, so that the sums of this mart are the sums of the company.
where suppliers.supplier_key <> {{ unknown_key() }} or scores.line_count > 0
