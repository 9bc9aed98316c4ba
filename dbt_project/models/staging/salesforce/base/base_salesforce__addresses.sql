-- The addresses that accounts and contacts carry in their columns, one row each, with country and state as codes.
with accounts as (

    select * from {{ raw_rows('salesforce', 'account') }}

),

contacts as (

    select * from {{ raw_rows('salesforce', 'contact') }}

),

country_names as (

    select * from {{ ref('base_salesforce__country_names') }}

),

{#- The table, whose customer it is, the kind of address, the prefix of its columns, and which is preferred as usual. #}
{%- set contact = "case when " ~ to_boolean('is_person_account') ~ " then coalesce(account_id, id) else id end" %}
{%- set kinds = [
    ('contacts', contact, 'mailing', 'mailing', 1),
    ('accounts', 'id', 'mailing', 'person_mailing', 2),
    ('accounts', 'id', 'billing', 'billing', 3),
    ('accounts', 'id', 'shipping', 'shipping', 4),
    ('contacts', contact, 'other', 'other', 5),
] %}

addresses as (

    {% for relation, owner, address_type, prefix, preference in kinds %}
        select
            {{ owner }} as record_id,
            '{{ address_type }}' as address_type,
            {{ preference }} as preference,
            replace({{ to_text(prefix ~ '_street') }}, chr(13), '') as street,
            {{ to_text(prefix ~ '_city') }} as city,
            {{ to_text(prefix ~ '_postal_code') }} as postal_code,
            coalesce({{ to_text(prefix ~ '_state_code') }}, {{ to_text(prefix ~ '_state') }}) as region_code,
            {{ to_text(prefix ~ '_state') }} as region_name,
            coalesce({{ to_text(prefix ~ '_country_code') }}, {{ to_text(prefix ~ '_country') }}) as country_raw,
            {{ to_timestamp('coalesce(last_modified_date, system_modstamp)') }} as updated_at,
            {{ row_is_gone('is_deleted') }} as is_deleted,
            _load_id,
            _file,
            _row
        from {{ relation }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

-- A person account repeats the mailing address of its contact half.
filled as (

    select *
    from addresses
    where coalesce(street, city, postal_code, country_raw) is not null
    qualify row_number() over (partition by record_id, address_type order by is_deleted, preference, _row) = 1

)

-- The first line of the street, and the others with a comma between them.
select
    filled.record_id,
    filled.address_type,
    filled.city,
    filled.postal_code,
    filled.region_code,
    filled.region_name,
    filled.country_raw,
    country_names.country_code,
    filled.updated_at,
    filled.is_deleted,
    filled._load_id,
    filled._file,
    filled._row,
    split_part(filled.street, chr(10), 1) as address_line_1,
    nullif(
        replace(substr(filled.street, length(split_part(filled.street, chr(10), 1)) + 2), chr(10), ', '), ''
    ) as address_line_2,
    row_number() over (partition by filled.record_id order by filled.preference) = 1 as is_default
from filled
left join country_names on lower(filled.country_raw) = country_names.spelling
