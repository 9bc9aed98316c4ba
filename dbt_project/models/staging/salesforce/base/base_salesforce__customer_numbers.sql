-- The customer that each account or contact stands for: the record that survived its merges and, for the contact half
-- of a person account, the account.
with contacts as (

    select * from {{ raw_rows('salesforce', 'contact') }}

),

survivors as (

    select * from {{ ref('base_salesforce__surviving_records') }}

),

contact_halves as (

    select {{ to_text('id') }} as contact_id, {{ to_text('account_id') }} as account_id
    from contacts
    where {{ to_boolean('is_person_account') }} and {{ to_text('account_id') }} is not null

)

select
    survivors.record_id,
    coalesce(account_survivors.surviving_id, contact_halves.account_id, survivors.surviving_id) as customer_id
from survivors
left join contact_halves on survivors.surviving_id = contact_halves.contact_id
left join survivors as account_survivors
    on contact_halves.account_id = account_survivors.record_id and account_survivors.record_type = 'account'
where survivors.record_type in ('account', 'contact')
