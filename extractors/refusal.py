"""Why a delivery cannot be landed, in words that its sender can act on."""

from warehouse.errors import WeftError


class DeliveryRefused(WeftError):
    """A delivery that cannot be read as a whole: nothing of it is landed, the last good one stays current.

    The message names the file and, where there is one, the line, the column, the value and the rule that was broken.
    """
