-- Credit notes to customers that are booked: invoices with a total below zero.
with invoices as (

    select * from {{ raw_rows('tryton', 'account_invoice') }}

),

currencies as (

    select * from {{ raw_rows('tryton', 'currency_currency') }}

)

select
    invoices.id as invoice_id,
    {{ tryton_identifier('invoices.number', 'invoices.id') }} as invoice_number,
    {{ to_date('invoices.invoice_date') }} as invoiced_on,
    -{{ to_decimal('invoices.untaxed_amount_cache', 8, 24) }} as goods_amount,
    -{{ to_decimal('invoices.tax_amount_cache', 8, 24) }} as tax_amount,
    -{{ to_decimal('invoices.total_amount_cache', 8, 24) }} as total_amount,
    {{ to_text('currencies.code') }} as currency_code,
    {{ tryton_updated_at('invoices') }} as updated_at,
    {{ is_gone('invoices') }} as is_deleted,
    invoices._load_id,
    invoices._file,
    invoices._row
from invoices
left join currencies on invoices.currency = currencies.id
where
    {{ to_text('invoices.type') }} = 'out'
    and {{ to_text('invoices.state') }} in ('posted', 'paid')
    and {{ to_decimal('invoices.total_amount_cache', 8, 24) }} < 0
