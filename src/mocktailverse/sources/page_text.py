"""The text of a web page or file, in the right encoding."""

import codecs
import re

_META_CHARSET = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE
)
_UTF8 = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_HEAD_BYTES = 4096
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"),
          (codecs.BOM_UTF16_BE, "utf-16"))  # fmt: skip
_MARKUP = re.compile(r"\ufeff?\s*<[a-z!?]", re.IGNORECASE)


def decoded_text(data: bytes, charset: str | None = None) -> str:
    """Return the text of a page: its mark, the given charset, its `meta` charset, or UTF-8.

    A page that is none of these is read as Windows-1252, as browsers do, unless some of it is
    UTF-8. The mark is left out.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    declared = _META_CHARSET.search(data[:_HEAD_BYTES])
    for name in (charset, declared and declared[1].decode("ascii", "replace"), "utf-8"):
        try:
            return data.decode(name) if name else data.decode()
        except (LookupError, UnicodeDecodeError):
            continue
    return data.decode("utf-8" if _UTF8.search(data) else "cp1252", "replace")


def is_page(text: str) -> bool:
    """Return whether a text is HTML or XML, not JSON or a recipe in plain text."""
    return _MARKUP.match(text) is not None
