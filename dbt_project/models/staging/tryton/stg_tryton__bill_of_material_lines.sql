-- One row per product and component, of the first bill of materials that the product names, which is the one that Tryton takes.
with product_boms as (

    select * from {{ raw_rows('tryton', 'product_bom', 'live') }}

),

boms as (

    select * from {{ raw_rows('tryton', 'production_bom', 'live') }}

),

inputs as (

    select * from {{ raw_rows('tryton', 'production_bom_input') }}

),

outputs as (

    select * from {{ raw_rows('tryton', 'production_bom_output', 'live') }}

),

products as (

    select * from {{ ref('base_tryton__products') }}

),

units as (

    select * from {{ raw_rows('tryton', 'product_uom') }}

),

ranked_boms as (

    select
        product_boms.product as product_id,
        product_boms.bom as bom_id,
        row_number() over (
            partition by product_boms.product
            order by {{ to_integer('product_boms.sequence') }} nulls last, {{ to_integer('product_boms.id') }}
        ) as preference
    from product_boms
    inner join boms on product_boms.bom = boms.id
    where coalesce({{ to_boolean('boms.active') }}, true)

),

made_quantities as (

    select
        bom as bom_id,
        product as product_id,
        sum({{ to_decimal('quantity') }}) as quantity
    from outputs
    group by bom, product

)

select
    {{ entity_key('bill_of_material_line', 'tryton', ['ranked_boms.product_id', 'inputs.id']) }} as bill_of_material_line_key,
    {{ entity_key('product', 'tryton', 'assemblies.sku') }} as assembly_product_key,
    {{ entity_key('product', 'tryton', 'components.sku') }} as component_product_key,
    cast({{ to_decimal('inputs.quantity') }} / nullif(made_quantities.quantity, 0) as decimal(18, 4)) as quantity_per_assembly,
    {{ to_text('units.symbol') }} as unit_code,
    1 as bom_level,
    cast(null as date) as valid_from,
    cast(null as date) as valid_to,
    {{ origin_columns(
        'tryton', "ranked_boms.product_id || '-' || inputs.id", tryton_updated_at('inputs'), is_gone('inputs'), 'inputs'
    ) }}
from ranked_boms
inner join inputs on ranked_boms.bom_id = inputs.bom
left join made_quantities
    on ranked_boms.bom_id = made_quantities.bom_id and ranked_boms.product_id = made_quantities.product_id
left join products as assemblies on ranked_boms.product_id = assemblies.product_id
left join products as components on inputs.product = components.product_id
left join units on inputs.unit = units.id
where ranked_boms.preference = 1
