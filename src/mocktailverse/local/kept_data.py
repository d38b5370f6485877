"""The data of the embedded AWS that is kept on disk: restored once, then written with each change.

`kept_calls` connects it with MiniStack. Functions, roles, queues and alarms are not kept: the
deployment of each start creates them.
"""

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from ministack.services import dynamodb, s3, scheduler

from mocktailverse.loads.object_version import RAW_PREFIX
from mocktailverse.local.data_files import DataFileError, DataFiles, KeptItem, KeptObject
from mocktailverse.local.kept_resources import KeptResources


class KeptData:
    """Connects the memory of the embedded AWS with the data files of a folder.

    Before `attach`, nothing is kept. Every method raises DataFileError if a file cannot be written
    or read.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._files: DataFiles | None = None
        self._resources = KeptResources()
        self._lock = threading.Lock()
        self._changed: dict[tuple[str, str, str], KeptItem] = {}
        """The last state of items that are not on disk yet; those of a failed write stay here."""
        self._runs: dict[str, float] = {}

    def attach(self, resources: KeptResources) -> None:
        """Restore the content of resources that were just created, and keep it from now on.

        Raises:
            UsageError: a newer version of Mocktailverse wrote the files.
        """
        if self._files:
            return
        files = DataFiles(self.folder)
        for kept_object in files.objects():
            _restore_object(kept_object)
        for item in files.items():
            table = dynamodb._tables[item.table]
            dynamodb._set_item(table, item.partition, item.sort, item.item)
        self._runs = files.runs()
        last_runs = {tuple(msgspec.json.decode(name)): at for name, at in self._runs.items()}
        scheduler._schedule_last_fired.update(last_runs)
        self._resources, self._files = resources, files

    def put_object(
        self, bucket: str, key: str, version_id: str, record: Mapping[str, Any], body: bytes | None
    ) -> None:
        """Write an object, or a delete marker if there is no body."""
        if self._files is None and key.startswith(RAW_PREFIX):
            raise DataFileError("The stack is still restoring its data. Repeat the call.")
        if self._files and self._resources.has_object(bucket, key):
            attributes = {name: value for name, value in record.items() if name != "body"}
            self._files.put_object(
                KeptObject(bucket, key, version_id, attributes, body),
                is_raw=self._resources.is_raw(bucket, key),
            )

    def delete_object(self, bucket: str, key: str, version_id: str) -> None:
        """Delete a version of an object."""
        if self._files and self._resources.has_object(bucket, key):
            is_raw = self._resources.is_raw(bucket, key)
            self._files.delete_object(bucket, key, version_id, is_raw=is_raw)

    def change_item(self, item: KeptItem) -> None:
        """Note an item's new state for the next `write_items`.

        Raises:
            UnicodeEncodeError: it has text that JSON cannot hold, a lone surrogate.
        """
        if self._resources.has_item(item.table, item.partition):
            msgspec.json.encode(item.item)
            with self._lock:
                self._changed[item[:3]] = item

    def write_items(self) -> None:
        """Write the items that have changed; after an error they stay for the next call."""
        if self._files and self._changed:
            with self._lock:
                self._files.write_items(self._changed.values())
                self._changed.clear()

    def write_runs(self) -> None:
        """Write when the schedules ran last, if one has run."""
        runs = {
            msgspec.json.encode(name).decode(): at
            for name, at in scheduler._schedule_last_fired.items()
        }
        if self._files and runs != self._runs:
            self._files.write_runs(runs)
            self._runs = runs

    def close(self) -> None:
        """Close the files: what SQLite has in their logs (`-wal`) moves into the files."""
        if self._files:
            self._files.close()


def _restore_object(kept: KeptObject) -> None:
    """Put an object into MiniStack's memory as its newest version, without an event."""
    record = {**kept.attributes, "body": kept.body}
    current = s3._buckets[kept.bucket]["objects"]
    if kept.body is None:
        current.pop(kept.key, None)
    else:
        current[kept.key] = record
    if not kept.version_id:
        return
    versions = s3._object_versions.setdefault((kept.bucket, kept.key), [])
    for earlier in versions:
        earlier["is_latest"] = False
    entry = (
        dict(kept.attributes)
        if kept.body is None
        else s3._version_entry_from_record(record, kept.version_id, kept.body)
    )
    versions.append({**entry, "is_latest": True})
