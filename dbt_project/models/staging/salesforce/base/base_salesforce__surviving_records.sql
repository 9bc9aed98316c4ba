-- Every record that can be merged, and the one that stands for it. A merged record names the one that was kept, which
-- may itself have been merged later.
with accounts as (

    select * from {{ raw_rows('salesforce', 'account') }}

),

contacts as (

    select * from {{ raw_rows('salesforce', 'contact') }}

),

leads as (

    select * from {{ raw_rows('salesforce', 'lead') }}

),

cases as (

    select * from {{ raw_rows('salesforce', 'case') }}

),

records as (

    select
        'account' as record_type,
        {{ to_text('id') }} as record_id,
        {{ to_text('master_record_id') }} as merged_into_id
    from accounts
    union all
    select
        'contact' as record_type,
        {{ to_text('id') }} as record_id,
        {{ to_text('master_record_id') }} as merged_into_id
    from contacts
    union all
    select
        'lead' as record_type,
        {{ to_text('id') }} as record_id,
        {{ to_text('master_record_id') }} as merged_into_id
    from leads
    union all
    select
        'case' as record_type,
        {{ to_text('id') }} as record_id,
        {{ to_text('master_record_id') }} as merged_into_id
    from cases

),

survivors as (

    {{ merge_survivors('records', 'record_id', 'merged_into_id') }}

)

select
    records.record_type,
    records.record_id,
    records.merged_into_id,
    coalesce(survivors.surviving_id, records.record_id) as surviving_id,
    coalesce(survivors.is_merge_cycle, false) as is_merge_cycle
from records
left join survivors on records.record_id = survivors.record_id
