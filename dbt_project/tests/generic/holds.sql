{# A condition that is true, or cannot be decided, for every row. #}
{% test holds(model, condition) %}

select *
from {{ model }}
where not ({{ condition }})

{% endtest %}
