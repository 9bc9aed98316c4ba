-- Variants with the colour and size that their options say. Options are told apart by their names, in the languages
-- of the seed; where the export has no names, a value that looks like a size is the size and the other one the
-- colour.
{%- set looks_like_a_size = "'^(X{0,4}[SL]|[2-6]XL|M|[0-9]{2,3}|[0-9]{1,2}/[0-9]{1,2}|ONE|ONE SIZE|OS)$'" %}

with variants as (

    select * from {{ raw_rows('shopify', 'product_variant') }}

),

product_options as (

    select * from {{ raw_rows('shopify', 'product_option') }}

),

option_names as (

    select * from {{ ref('shopify__option_name') }}

),

titled as (

    select
        *,
        case when {{ to_text('title') }} <> 'Default Title' then {{ to_text('title') }} end as option_title
    from variants

),

-- The title of a variant is its options, parted by slashes.
variant_options as (

    {% for position in [1, 2, 3] %}
        select
            id as variant_id,
            product_id,
            {{ position }} as option_position,
            coalesce(
                {{ to_text('option_' ~ position) }},
                {{ to_text("split_part(option_title, ' / ', " ~ position ~ ")") }}
            ) as option_value
        from titled
        {% if not loop.last %}
            union all
        {% endif %}
    {% endfor %}

),

meanings as (

    select
        variant_options.variant_id,
        variant_options.option_position,
        variant_options.option_value,
        case
            when product_options.product_id is not null then option_names.meaning
            when regexp_extract(upper(variant_options.option_value), {{ looks_like_a_size }}, 1) <> '' then 'size'
            else 'color'
        end as meaning
    from variant_options
    left join product_options
        on
            variant_options.product_id = product_options.product_id
            and variant_options.option_position = {{ to_integer('product_options.position') }}
    left join option_names on lower({{ to_text('product_options.name') }}) = option_names.option_name
    where variant_options.option_value is not null and variant_options.option_value <> 'Default Title'

),

described as (

    select
        variant_id,
        max(case when meaning = 'color' then option_value end) as color,
        max(case when meaning = 'size' then option_value end) as size
    from meanings
    group by variant_id

)

select
    {{ to_text('titled.id') }} as variant_id,
    {{ to_text('titled.product_id') }} as shopify_product_id,
    {{ to_text('titled.inventory_item_id') }} as inventory_item_id,
    {{ shopify_sku('titled.sku', 'titled.id') }} as sku,
    titled.option_title,
    described.color,
    described.size,
    coalesce({{ to_decimal('titled.weight') }}, {{ to_decimal('titled.grams') }}) as weight,
    case
        when {{ to_decimal('titled.weight') }} is not null then lower({{ to_text('titled.weight_unit') }})
        when {{ to_decimal('titled.grams') }} is not null then 'g'
    end as weight_unit_code,
    {{ to_timestamp('titled.created_at') }} as created_at,
    {{ to_timestamp('titled.updated_at') }} as updated_at,
    -- Two variants may share a SKU; the one that was changed last tells what it is, but not if its price cannot be read.
    row_number() over (
        partition by {{ shopify_sku('titled.sku', 'titled.id') }}
        order by
            case when {{ to_text('titled.price') }} is not null and {{ to_decimal('titled.price') }} is null then 1 else 0 end,
            {{ to_timestamp('titled.updated_at') }} desc nulls last,
            {{ to_integer('titled.id') }}
    ) = 1 as is_first_of_sku,
    titled._load_id,
    titled._file,
    titled._row
from titled
left join described on titled.id = described.variant_id
