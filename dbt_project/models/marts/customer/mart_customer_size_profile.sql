with sizes as (

    select * from {{ ref('int_persons__sized') }}

),

-- More came back than was bought only where the sale is older than the data; nothing of it was kept.
ranked as (

    select
        person_key,
        category_name,
        size_scale,
        size,
        bought_quantity,
        returned_quantity,
        returned_for_size_quantity,
        kept_quantity,
        greatest(kept_quantity, 0) as counted_quantity,
        row_number() over (
            partition by person_key, category_name, size_scale
            order by kept_quantity desc, returned_for_size_quantity, size
        ) as preference
    from sizes

)

select
    person_key,
    category_name,
    size_scale,
    max(case when preference = 1 and kept_quantity > 0 then size end) as most_kept_size,
    cast(coalesce(max(case when preference = 1 and kept_quantity > 0 then kept_quantity end), 0) as decimal(18, 4))
        as most_kept_size_quantity,
    {{ ratio('max(case when preference = 1 then counted_quantity end)', 'sum(counted_quantity)') }} as most_kept_size_share,
    cast(sum(bought_quantity) as decimal(18, 4)) as bought_quantity,
    cast(sum(returned_quantity) as decimal(18, 4)) as returned_quantity,
    cast(sum(kept_quantity) as decimal(18, 4)) as kept_quantity,
    cast(sum(returned_for_size_quantity) as decimal(18, 4)) as returned_for_size_quantity,
    {{ return_rate('sum(returned_for_size_quantity)', 'sum(bought_quantity)') }} as size_return_rate,
    {{ joined_text('case when returned_for_size_quantity > 0 then size end') }} as sizes_returned_for_size
from ranked
group by person_key, category_name, size_scale
