-- Versions of web-shop customers. The export dates a customer's own start and end; a later delivery that says something
-- else about the same customer opens a new version on the day of that delivery.
with deliveries as (

    select * from {{ raw_rows('aw_crm', 'customer', keep='all') }}

),

newest_delivery as (

    select max(_load_id) as _load_id, max(_exported_on) as exported_on
    from deliveries

),

described as (

    select
        *,
        md5(concat_ws(
            '|', first_name, middle_name, last_name, address_line_1, addess_line_2, city, state_province_code,
            country_region_code, territory_name, end_date, is_active
        )) as attributes
    from deliveries

),

compared as (

    select
        *,
        lag(attributes) over by_delivery as earlier_attributes,
        max(_load_id) over (partition by customer_id, start_date) as last_load_id
    from described
    window by_delivery as (partition by customer_id, start_date order by _load_id)

),

versions as (

    select
        *,
        case
            when earlier_attributes is null then {{ to_date('start_date') }}
            else greatest({{ to_date('start_date') }}, _exported_on)
        end as valid_from,
        {{ to_date('end_date', 1) }} as ended_on
    from compared
    where earlier_attributes is null or earlier_attributes <> attributes

)

select
    versions.customer_id,
    versions.valid_from,
    least(
        lead(versions.valid_from) over (partition by versions.customer_id order by versions.valid_from, versions._load_id),
        versions.ended_on,
        case when versions.last_load_id < newest_delivery._load_id then newest_delivery.exported_on end
    ) as valid_to,
    versions.last_load_id < newest_delivery._load_id as is_deleted,
    {{ to_text('versions.first_name') }} as first_name,
    {{ to_text('versions.middle_name') }} as middle_name,
    {{ to_text('versions.last_name') }} as last_name,
    {{ to_text('versions.address_line_1') }} as address_line_1,
    {{ to_text('versions.addess_line_2') }} as address_line_2,
    {{ to_text('versions.city') }} as city,
    {{ to_text('versions.state_province_code') }} as region_code,
    {{ to_text('versions.state_name') }} as region_name,
    {{ to_text('versions.country_region_code') }} as country_code,
    {{ to_text('versions.territory_name') }} as territory_name,
    {{ to_text('versions.territory_group') }} as territory_group,
    {{ to_boolean('versions.is_active') }} as is_active,
    {{ to_date('versions.start_date') }} as acquired_on,
    versions._load_id,
    versions._file,
    versions._row
from versions
cross join newest_delivery
