"""The rights of a person over what the warehouse knows of her: to see it, to have it erased, to have it forgotten in time.

Comes in: whom it is about. Goes out: a lake without her values, a report that proves it, a ZIP of what is known. Called by the
`weft` command and by runs. Nothing here prints or logs a value of hers.
"""
