with vendors as (

    select * from {{ raw_rows('aw_scm', 'vendor') }}

)

select
    {{ entity_key('supplier', 'aw_scm', 'business_entity_id') }} as supplier_key,
    business_entity_id as supplier_id,
    {{ to_text('account_number') }} as account_number,
    {{ to_text('name') }} as supplier_name,
    {{ to_integer('credit_rating') }} as credit_rating,
    {{ to_boolean('preferred_vendor_status') }} as is_preferred,
    {{ to_boolean('active_flag') }} as is_active,
    cast(null as varchar) as email,
    cast(null as varchar) as phone,
    {{ origin_columns('aw_scm', 'business_entity_id', to_timestamp('modified_date')) }}
from vendors
