"""Texts that break naive code: control characters, quotes, formulas, scripts, markup."""

from hypothesis import strategies as st

HOSTILE = (
    "", " ", "\0", "a\0b", "\ufeff", "\u200b", "\u202e", "e\u0301", "\U0001f379", "عصير", "日本酒",
    "'; --", '"', "%_", "NULL", "NaN", "1e5", "=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "'=1",
    "\uff1d1", "one\rtwo\nthree\r\nfour\u2028five", "\x1f", "\x7f", "\u0130", "\ufb03", "a" * 1200,
    "<script>alert(1)</script>", "{{7*7}}", "../..", "a,b;c|d\te", '"""', "\\", "\\u0000",
)  # fmt: skip

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.sampled_from(HOSTILE)
"""Text that UTF-8 can encode."""
