-- Accounts and contacts as customers. The two halves of a person account, its account and its contact, are one customer
-- under the number of the account; the contact half says who it is.
with accounts as (

    select * from {{ raw_rows('salesforce', 'account') }}

),

contacts as (

    select * from {{ raw_rows('salesforce', 'contact') }}

),

contact_halves as (

    select *
    from contacts
    where {{ to_boolean('is_person_account') }} and {{ to_text('account_id') }} is not null
    qualify row_number() over (
        partition by account_id
        order by coalesce({{ to_boolean('is_deleted') }}, false), last_modified_date desc nulls last, id
    ) = 1

),

businesses as (

    select
        id as record_id,
        'business' as customer_type,
        cast(null as varchar) as title,
        cast(null as varchar) as first_name,
        cast(null as varchar) as middle_name,
        cast(null as varchar) as last_name,
        {{ to_text('name') }} as full_name,
        cast(null as varchar) as email,
        {{ to_text('phone') }} as phone,
        cast(null as boolean) as has_opted_out_of_email,
        cast(null as date) as date_of_birth,
        cast(null as timestamp) as opted_out_of_email_at,
        cast(null as boolean) as has_opted_in_to_email,
        cast(null as boolean) as has_opted_out_of_phone,
        {{ to_timestamp('created_date') }} as created_at,
        {{ to_timestamp('coalesce(last_modified_date, system_modstamp)') }} as updated_at,
        {{ row_is_gone('is_deleted') }} as is_deleted,
        _load_id,
        _file,
        _row
    from accounts
    where not coalesce({{ to_boolean('is_person_account') }}, false)

),

person_accounts as (

    select
        accounts.id as record_id,
        'person' as customer_type,
        {{ to_text('coalesce(contact_halves.salutation, accounts.salutation)') }} as title,
        {{ to_text('coalesce(contact_halves.first_name, accounts.first_name)') }} as first_name,
        {{ to_text('coalesce(contact_halves.middle_name, accounts.middle_name)') }} as middle_name,
        {{ to_text('coalesce(contact_halves.last_name, accounts.last_name)') }} as last_name,
        {{ to_text('accounts.name') }} as full_name,
        lower({{ to_text('coalesce(contact_halves.email, accounts.person_email)') }}) as email,
        {{ to_text('coalesce(contact_halves.mobile_phone, accounts.person_mobile_phone, accounts.phone)') }} as phone,
        {{ to_boolean('coalesce(contact_halves.has_opted_out_of_email, accounts.person_has_opted_out_of_email)') }}
            as has_opted_out_of_email,
        {{ to_date('contact_halves.birthdate') }} as date_of_birth,
        {{ to_timestamp('contact_halves.email_opt_out_date_time_c') }} as opted_out_of_email_at,
        {{ to_boolean('contact_halves.email_opt_in_explicit_c') }} as has_opted_in_to_email,
        {{ to_boolean('coalesce(contact_halves.do_not_call, accounts.person_do_not_call)') }} as has_opted_out_of_phone,
        {{ to_timestamp('coalesce(accounts.created_date, contact_halves.created_date)') }} as created_at,
        greatest(
            {{ to_timestamp('coalesce(accounts.last_modified_date, accounts.system_modstamp)') }},
            {{ to_timestamp('coalesce(contact_halves.last_modified_date, contact_halves.system_modstamp)') }}
        ) as updated_at,
        {{ row_is_gone('is_deleted', 'accounts') }} as is_deleted,
        accounts._load_id,
        accounts._file,
        accounts._row
    from accounts
    left join contact_halves on accounts.id = contact_halves.account_id
    where {{ to_boolean('accounts.is_person_account') }}

),

persons as (

    select
        id as record_id,
        'person' as customer_type,
        {{ to_text('salutation') }} as title,
        {{ to_text('first_name') }} as first_name,
        {{ to_text('middle_name') }} as middle_name,
        {{ to_text('last_name') }} as last_name,
        coalesce(
            {{ to_text('name') }}, {{ to_text("concat_ws(' ', first_name, middle_name, last_name)") }}
        ) as full_name,
        lower({{ to_text('email') }}) as email,
        {{ to_text('coalesce(mobile_phone, phone, home_phone)') }} as phone,
        {{ to_boolean('has_opted_out_of_email') }} as has_opted_out_of_email,
        {{ to_date('birthdate') }} as date_of_birth,
        {{ to_timestamp('email_opt_out_date_time_c') }} as opted_out_of_email_at,
        {{ to_boolean('email_opt_in_explicit_c') }} as has_opted_in_to_email,
        {{ to_boolean('do_not_call') }} as has_opted_out_of_phone,
        {{ to_timestamp('created_date') }} as created_at,
        {{ to_timestamp('coalesce(last_modified_date, system_modstamp)') }} as updated_at,
        {{ row_is_gone('is_deleted') }} as is_deleted,
        _load_id,
        _file,
        _row
    from contacts
    where not coalesce({{ to_boolean('is_person_account') }}, false)

),

customers as (

    select * from businesses
    union all
    select * from person_accounts
    union all
    select * from persons

)

select * from customers
