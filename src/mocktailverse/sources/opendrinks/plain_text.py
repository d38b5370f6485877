"""Values that should be text: numbers become text, other types do not."""


def plain_text(value: object) -> str | None:
    """Return text or a number as text, and null as empty text; None for any other type.

    >>> plain_text(2.0), plain_text(0.5), plain_text(["a"])
    ('2', '0.5', None)
    """
    match value:
        case None:
            return ""
        case bool():
            return None
        case str():
            return value
        case float() if value.is_integer():
            return str(int(value))
        case int() | float():
            return str(value)
        case _:
            return None
