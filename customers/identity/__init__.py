"""Who is who: the records that systems hold of people, put together to persons.

Comes in: staged customers and leads. Goes out: tables of schema `identity`, above all `person_link` (record → person). Called by
orchestration between the standardised gate and the marts.
"""
