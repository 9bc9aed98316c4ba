-- One decision per person and channel, the newest: of accounts what the customer record says, of guests what they
-- ticked at the checkout.
with customers as (

    select * from {{ raw_rows('shopify', 'customer') }}

),

orders as (

    select * from {{ ref('base_shopify__orders') }}

),

states as (

    select * from {{ ref('shopify__consent_state') }}

),

stated as (

    select
        {{ to_text('id') }} as customer_id,
        'email' as consent_channel,
        lower({{ to_text('email_marketing_consent_state') }}) as state,
        {{ to_timestamp('email_marketing_consent_consent_updated_at') }} as decided_at,
        {{ to_timestamp('updated_at') }} as updated_at,
        {{ fivetran_is_deleted() }} as is_deleted,
        _load_id,
        _file,
        _row
    from customers
    where {{ to_text('email_marketing_consent_state') }} is not null

    union all

    select
        {{ to_text('id') }} as customer_id,
        'sms' as consent_channel,
        lower({{ to_text('sms_marketing_consent_state') }}) as state,
        {{ to_timestamp('sms_marketing_consent_consent_updated_at') }} as decided_at,
        {{ to_timestamp('updated_at') }} as updated_at,
        {{ fivetran_is_deleted() }} as is_deleted,
        _load_id,
        _file,
        _row
    from customers
    where {{ to_text('sms_marketing_consent_state') }} is not null

),

decisions as (

    select
        stated.customer_id,
        stated.consent_channel,
        states.is_granted,
        stated.decided_at,
        cast(null as varchar) as consent_source,
        stated.updated_at,
        stated.is_deleted,
        stated._load_id,
        stated._file,
        stated._row
    from stated
    left join states on stated.state = states.state

    union all

    -- Exports from before there were states have a flag.
    select
        {{ to_text('id') }} as customer_id,
        'email' as consent_channel,
        {{ to_boolean('accepts_marketing') }} as is_granted,
        {{ to_timestamp('accepts_marketing_updated_at') }} as decided_at,
        cast(null as varchar) as consent_source,
        {{ to_timestamp('updated_at') }} as updated_at,
        {{ fivetran_is_deleted() }} as is_deleted,
        _load_id,
        _file,
        _row
    from customers
    where {{ to_text('email_marketing_consent_state') }} is null and {{ to_text('accepts_marketing') }} is not null

    union all

    select
        guest_id as customer_id,
        'email' as consent_channel,
        is_marketing_accepted as is_granted,
        ordered_at as decided_at,
        'checkout' as consent_source,
        updated_at,
        is_deleted,
        _load_id,
        _file,
        _row
    from orders
    where guest_id is not null and is_marketing_accepted is not null and not is_test and not is_deleted
    qualify row_number() over (partition by guest_id order by ordered_at desc, order_number desc) = 1

)

select
    {{ entity_key('consent', 'shopify', ['customer_id', 'consent_channel']) }} as consent_key,
    {{ entity_key('customer', 'shopify', 'customer_id') }} as customer_key,
    consent_channel,
    'marketing' as purpose,
    is_granted,
    decided_at,
    consent_source,
    {{ origin_columns('shopify', "customer_id || '-' || consent_channel", 'updated_at', 'is_deleted') }}
from decisions
