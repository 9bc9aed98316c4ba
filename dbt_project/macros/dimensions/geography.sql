{# The key of a country, or of a region within it, the same for every system because it is made of ISO codes. #}
{% macro region_key(country_code, region_code='null') -%}
    md5('geography|' || {{ country_code }} || '|' || coalesce({{ region_code }}, ''))
{%- endmacro %}
