with items as (

    select * from {{ raw_rows('shopify', 'inventory_item') }}

),

variants as (

    select * from {{ ref('base_shopify__variants') }}

)

select
    {{ entity_key('product_customs', 'shopify', 'items.id') }} as product_customs_key,
    {{ entity_key('product', 'shopify', 'variants.sku') }} as product_key,
    {{ digits(to_text('items.harmonized_system_code')) }} as hs_code,
    upper({{ to_text('items.country_code_of_origin') }}) as origin_country_code,
    cast(null as varchar) as customs_description,
    {{ origin_columns(
        'shopify', 'items.id', to_timestamp('items.updated_at'), fivetran_is_deleted('items'), origin='items'
    ) }}
from items
inner join variants on {{ to_text('items.id') }} = variants.inventory_item_id and variants.is_first_of_sku
where
    {{ to_text('items.harmonized_system_code') }} is not null
    or {{ to_text('items.country_code_of_origin') }} is not null
