{#
    What became of records that were merged, perhaps several times over: A into B, B into C.

    Reads a relation with one row per merged record and the record that it was merged into. Yields one row per merged record:
    surviving_id, where its chain ends, and is_merge_cycle. A chain that leads back into itself has no end: its records stand for
    themselves, and is_merge_cycle says so. No chain is followed further than 100 merges.
#}
{% macro merge_survivors(links, record_id, merged_into_id) -%}
    with recursive merged as (

        select distinct {{ record_id }} as record_id, {{ merged_into_id }} as merged_into_id
        from {{ links }}
        where {{ merged_into_id }} is not null and {{ merged_into_id }} <> {{ record_id }}

    ),

    followed as (

        select record_id, merged_into_id as reached_id, 1 as merge_count
        from merged

        union all

        select followed.record_id, merged.merged_into_id as reached_id, followed.merge_count + 1 as merge_count
        from followed
        inner join merged on followed.reached_id = merged.record_id
        where followed.merge_count < 100 and merged.merged_into_id <> followed.record_id

    ),

    ends as (

        select followed.record_id, max(followed.reached_id) as surviving_id
        from followed
        left join merged on followed.reached_id = merged.record_id
        where merged.record_id is null
        group by followed.record_id

    )

    select
        merged.record_id,
        coalesce(max(ends.surviving_id), merged.record_id) as surviving_id,
        max(ends.surviving_id) is null as is_merge_cycle
    from merged
    left join ends on merged.record_id = ends.record_id
    group by merged.record_id
{%- endmacro %}
