with reviews as (

    select * from {{ raw_rows('aw_crm', 'product_review') }}

)

select
    {{ entity_key('review', 'aw_crm', 'product_review_id') }} as review_key,
    {{ entity_key('product', 'aw_crm', 'product_id') }} as product_key,
    {{ to_text('reviewer_name') }} as reviewer_name,
    lower({{ to_text('email_address') }}) as reviewer_email,
    {{ to_date('review_date') }} as reviewed_on,
    {{ to_integer('rating') }} as rating,
    {{ to_text('comments') }} as comment,
    {{ origin_columns('aw_crm', 'product_review_id', to_timestamp('modified_date')) }}
from reviews
