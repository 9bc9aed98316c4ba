with reviews as (

    select * from {{ ref('int_reviews__unioned') }}

),

products as (

    select * from {{ ref('int_products__versioned') }}

)

select
    reviews.review_key,
    {{ known_key('products.product_key') }} as product_key,
    {{ known_key('products.product_version_key') }} as product_version_key,
    reviews.reviewed_on,
    {{ known_date_key('reviews.reviewed_on') }} as date_key,
    reviews.rating,
    reviews.comment,
    reviews.company_id,
    reviews.source_system
from reviews
left join products on {{ version_on('products', 'product_key', 'reviews.product_key', 'reviews.reviewed_on') }}
where {{ is_live('reviews') }}
