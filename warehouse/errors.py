"""The one exception whose message is meant for a person.

Raised everywhere below orchestration/; the `weft` command prints its message without a traceback.
"""


class WeftError(Exception):
    """A problem that the reader of the message can act on.

    The message names what was tried, what stood in the way, and what to do about it.
    """
