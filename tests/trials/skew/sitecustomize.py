"""Skew the clock of a function worker: Python runs this at its start, from PYTHONPATH.

`TRIALS_SKEWS_S` lists the skews in seconds; a worker uses one of them, by its process id. Signing
uses the right time, because botocore reads `datetime`, which is not changed.
"""

import os
import time

skews_s = [int(text) for text in os.environ.get("TRIALS_SKEWS_S", "").split(",") if text]
if skews_s:
    skew_ns = skews_s[os.getpid() % len(skews_s)] * 1_000_000_000
    right_time_ns = time.time_ns

    def wrong_time_ns() -> int:
        """Return the time in ns since 1970 UTC, plus the worker's skew."""
        return right_time_ns() + skew_ns

    def wrong_time() -> float:
        """Return the time in s since 1970 UTC, plus the worker's skew."""
        return wrong_time_ns() / 1e9

    time.time_ns, time.time = wrong_time_ns, wrong_time
