"""Keep a stack that runs for months from growing: in MiniStack's memory, and in the logs on disk.

MiniStack stores retention times of log groups and ignores S3's lifecycle rules. So what the
template's rules delete on AWS is deleted here.
"""

import itertools
import os
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ministack.services import cloudwatch_logs, s3

from mocktailverse.local import code_folders

NONCURRENT_DAYS = {"state/": 7, "listings/": 30}
"""Days for which earlier versions of objects are kept, by prefix, as in the template."""

LONGEST_LOG_BYTES = 8 * 2**20
"""Longer logs of the stack's processes are moved aside, in place of those moved before."""

INTERVAL_S = 3600.0
_DAY_S = 24 * 3600


class Retention:
    """Deletes what has expired, at most once in INTERVAL_S; `log_folder` has the stack's logs."""

    def __init__(self, log_folder: Path) -> None:
        self._log_folder = log_folder
        self._last_run = time.time()

    def run_if_due(self) -> None:
        """Delete what has expired, if the last time was long enough ago."""
        if time.time() - self._last_run >= INTERVAL_S:
            self._last_run = time.time()
            expire_logs(self._last_run)
            expire_versions(self._last_run)
            shorten_logs(self._log_folder)
            code_folders.renew()


def expire_logs(now_s: float) -> None:
    """Delete log events that are older than their group's retention time, and empty streams."""
    for _scope, group in list(cloudwatch_logs._log_groups.all_items()):
        if days := group.get("retentionInDays"):
            oldest_ms = 1000 * (now_s - days * _DAY_S)
            for name, stream in list(group["streams"].items()):
                stream["events"] = [e for e in stream["events"] if e["timestamp"] >= oldest_ms]
                if not stream["events"] and stream["creationTime"] < oldest_ms:
                    del group["streams"][name]


def expire_versions(now_s: float) -> None:
    """Delete versions of state and listings that a newer version has replaced long ago."""
    for (bucket, key), versions in list(s3._object_versions.items()):
        days = next((n for prefix, n in NONCURRENT_DAYS.items() if key.startswith(prefix)), None)
        if days is None:
            continue
        for entry, successor in list(itertools.pairwise(versions)):
            if now_s - _stored_at_s(successor) > days * _DAY_S:
                s3._delete_object_version(s3._buckets[bucket], bucket, key, entry["version_id"])


def shorten_logs(folder: Path) -> None:
    """Copy each log that is too long to `NAME.1` and empty it; its process goes on at the start."""
    for log in folder.glob("*.log"):
        if log.stat().st_size > LONGEST_LOG_BYTES:
            shutil.copyfile(log, f"{log}.1")
            os.truncate(log, 0)


def _stored_at_s(entry: dict[str, Any]) -> float:
    moment = datetime.fromisoformat(entry["last_modified"])
    return moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()
