-- How to reach each business entity: its e-mail address and phone number.
with parties as (

    select * from {{ raw_rows('aw_crm', 'business_entity') }}

),

emails as (

    select * from {{ raw_rows('aw_crm', 'email_address') }}

),

phones as (

    select * from {{ raw_rows('aw_crm', 'person_phone') }}

),

first_emails as (

    select business_entity_id, min(email_address) as email
    from emails
    group by business_entity_id

),

first_phones as (

    select business_entity_id, min(phone_number) as phone
    from phones
    group by business_entity_id

)

select
    parties.business_entity_id,
    lower({{ to_text('first_emails.email') }}) as email,
    {{ to_text('first_phones.phone') }} as phone
from parties
left join first_emails on parties.business_entity_id = first_emails.business_entity_id
left join first_phones on parties.business_entity_id = first_phones.business_entity_id
