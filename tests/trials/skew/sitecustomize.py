"""Sets a function worker's clock wrong: Python runs this at its start, from PYTHONPATH.

`TRIALS_SKEWS_S` lists by how many seconds; a worker takes one of them, by its process id. Signing
keeps the right time, as botocore asks `datetime`, which is not changed.
"""

import os
import time

skews_s = [int(text) for text in os.environ.get("TRIALS_SKEWS_S", "").split(",") if text]
if skews_s:
    skew_ns = skews_s[os.getpid() % len(skews_s)] * 1_000_000_000
    right_time_ns = time.time_ns

    def wrong_time_ns() -> int:
        """The time in ns since 1970 UTC, off by the worker's skew."""
        return right_time_ns() + skew_ns

    def wrong_time() -> float:
        """The time in s since 1970 UTC, off by the worker's skew."""
        return wrong_time_ns() / 1e9

    time.time_ns, time.time = wrong_time_ns, wrong_time
