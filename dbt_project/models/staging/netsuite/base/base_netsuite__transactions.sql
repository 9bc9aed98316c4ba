-- One table holds the headers of all documents. A copy of a shop's order is known by a declared beginning of its
-- external id or source; the shop's order number is in the customer's reference, or else in the external id.
with transactions as (

    select * from {{ fivetran_rows('netsuite', 'transaction') }}

),

types as (

    select * from {{ ref('netsuite__transaction_types') }}

),

prefixes as (

    select * from {{ ref('netsuite__mirrored_sources') }}

),

currencies as (

    select * from {{ fivetran_rows('netsuite', 'currency') }}

),

mirrored as (

    select distinct transactions.id as transaction_id
    from transactions
    inner join prefixes
        on
            left(lower({{ to_text('transactions.externalid') }}), length(prefixes.prefix)) = prefixes.prefix
            or left(lower({{ to_text('transactions.source') }}), length(prefixes.prefix)) = prefixes.prefix

),

read as (

    select
        transactions.id as transaction_id,
        {{ to_text('transactions.type') }} as transaction_type,
        types.document,
        types.line_sign,
        coalesce(
            {{ to_text('transactions.tranid') }}, {{ to_text('transactions.transactionnumber') }}, transactions.id
        ) as document_number,
        mirrored.transaction_id is not null as is_mirrored,
        coalesce(
            {{ digits('transactions.otherrefnum') }}, {{ digits('transactions.externalid') }}
        ) as referenced_order_number,
        {{ to_text('transactions.entity') }} as entity_id,
        upper({{ to_text('currencies.symbol') }}) as currency_code,
        {{ to_date('transactions.trandate') }} as transacted_on,
        {{ to_date('transactions.duedate') }} as due_on,
        {{ to_date('transactions.shipdate') }} as promised_on,
        {{ to_text('transactions.status') }} as status_raw,
        replace({{ to_text('transactions.status') }}, {{ to_text('transactions.type') }} || ':', '') as status_code,
        coalesce({{ to_boolean('transactions.voided') }}, false) as is_voided,
        coalesce(
            {{ to_timestamp('transactions.lastmodifieddate') }}, {{ to_timestamp('transactions.fivetran_synced') }}
        ) as updated_at,
        transactions.is_gone,
        transactions._load_id,
        transactions._file,
        transactions._row
    from transactions
    left join types on {{ to_text('transactions.type') }} = types.transaction_type
    left join currencies on {{ to_text('transactions.currency') }} = currencies.id
    left join mirrored on transactions.id = mirrored.transaction_id

)

select
    transaction_id,
    transaction_type,
    document,
    line_sign,
    document_number,
    is_mirrored,
    -- Digits alone are a shop's order number, so an order of NetSuite's own that is called so is told apart.
    case
        when is_mirrored then referenced_order_number
        when {{ digits('document_number') }} = document_number then 'SO' || document_number
        else document_number
    end as order_number,
    entity_id,
    currency_code,
    transacted_on,
    due_on,
    promised_on,
    status_raw,
    status_code,
    is_voided,
    updated_at,
    is_gone,
    _load_id,
    _file,
    _row
from read
