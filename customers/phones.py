"""Phone numbers as everybody can dial them.

Comes in: a number as somebody wrote it, and her country. Goes out: E.164. Called by identity resolution and by the audiences.
"""

import phonenumbers


def e164(written: str, country: str | None) -> str | None:
    """Return a phone number in E.164, read as it is dialled in the country (ISO 3166 alpha-2); None if it cannot be one."""
    try:
        number = phonenumbers.parse(written, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
