"""Write each change of MiniStack's objects, items and schedules to disk before it is acknowledged.

MiniStack keeps its data in Python dictionaries, and saves them only when SIGTERM ends it. `install`
wraps the few functions through which all changes pass. A call whose change cannot be written fails;
its object or delete marker is removed from the memory again, before S3 announces it. What was
weighed: docs/decisions/0026-a-laptop-that-remembers.md.
"""

import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any

from ministack.core.responses import error_response_json
from ministack.services import dynamodb, s3, scheduler

from mocktailverse.local.data_files import DataFileError, KeptItem
from mocktailverse.local.kept_data import KeptData
from mocktailverse.local.kept_retention import Retention
from mocktailverse.local.patched_modules import require_unchanged

PATCHED = {  # digests of public files, which a search for secrets takes for keys
    # pragma: allowlist nextline secret
    s3: "1d7bcd484d865e6e2035801e8a279cbaa14286ee0db57ad73f3f25ab9321109e",
    # pragma: allowlist nextline secret
    dynamodb: "680c41de03dcf6e38aface491594c35e90842fc83ed0f399ac5ab9e57c053270",
    # pragma: allowlist nextline secret
    scheduler: "2a368f3d49184797d659a134921de2a9409ebe73fc0f41e119fb8bd074a0850d",
}
"""SHA-256 of the source files that the wrappers were written for (MiniStack 1.5.33)."""

INSUFFICIENT_STORAGE = 507
"""Status of an object that could not be written. AWS's clients do not repeat such a call."""

Memory = dict[str, Any]
"""A bucket, object or table as MiniStack holds it."""
Response = tuple[int, dict[str, str], bytes]
Handler = Callable[..., Awaitable[Response]]

_logger = logging.getLogger(__name__)


def install(data: KeptData) -> None:
    """Wrap MiniStack's functions that change what `data` keeps.

    Raises:
        SystemExit: MiniStack is not the version that the wrappers were written for.
    """
    require_unchanged(PATCHED, __name__, "0026-a-laptop-that-remembers.md")
    _keep_objects(data)
    _keep_deletions(data)
    _refuse_what_cannot_be_written()
    _keep_items(data)
    _keep_runs(data)


def _keep_objects(data: KeptData) -> None:
    record_version, record_marker = s3._record_object_version, s3._record_delete_marker
    delete_version = s3._delete_object_version

    def recorded(
        bucket: str, key: str, prior: Memory | None, record: Memory, body: bytes
    ) -> str | None:
        version_id: str | None = record_version(bucket, key, prior, record, body)
        try:
            data.put_object(bucket, key, version_id or "", record, body)
        except DataFileError:
            objects = s3._buckets[bucket]["objects"]
            if version_id:
                delete_version(s3._buckets[bucket], bucket, key, version_id)
            elif prior is None:
                del objects[key]
            else:
                objects[key] = prior
            raise
        return version_id

    def marked(bucket: str, key: str, prior: Memory | None) -> str:
        marker_id: str = record_marker(bucket, key, prior)
        marker = s3._object_versions[bucket, key][-1]
        try:
            data.put_object(bucket, key, marker_id, marker, None)
        except DataFileError:
            delete_version(s3._buckets[bucket], bucket, key, marker_id)
            raise
        return marker_id

    s3._record_object_version, s3._record_delete_marker = recorded, marked


def _keep_deletions(data: KeptData) -> None:
    delete_version, purge = s3._delete_object_version, s3._purge_current_object

    def version_deleted(
        bucket: Memory, bucket_name: str, key: str, version_id: str
    ) -> tuple[bool, bool]:
        data.delete_object(bucket_name, key, version_id)
        deleted: tuple[bool, bool] = delete_version(bucket, bucket_name, key, version_id)
        return deleted

    def purged(bucket_name: str, key: str, bucket: Memory) -> None:
        data.delete_object(bucket_name, key, "")
        purge(bucket_name, key, bucket)

    s3._delete_object_version, s3._purge_current_object = version_deleted, purged


def _refuse_what_cannot_be_written() -> None:
    handle = s3.handle_request

    async def handled(*request: object, **options: object) -> Response:
        try:
            response: Response = await handle(*request, **options)
        except DataFileError as error:
            _logger.error("%s", error)  # noqa: TRY400 - the text says it all
            response = s3._error("InsufficientStorage", str(error), INSUFFICIENT_STORAGE)
        return response

    s3.handle_request = handled


def _keep_items(data: KeptData) -> None:
    set_item, remove_item, handle = (
        dynamodb._set_item,
        dynamodb._remove_item,
        dynamodb.handle_request,
    )

    def was_set(table: Memory, partition: str, sort: str, item: Memory) -> Memory | None:
        data.change_item(KeptItem(table["TableName"], partition, sort, item))  # or refuses it
        replaced: Memory | None = set_item(table, partition, sort, item)
        return replaced

    def removed(table: Memory, partition: str, sort: str) -> Memory | None:
        item: Memory | None = remove_item(table, partition, sort)
        data.change_item(KeptItem(table["TableName"], partition, sort, None))
        return item

    async def handled(*request: object, **options: object) -> Response:
        response: Response = await handle(*request, **options)
        try:
            data.write_items()
        except DataFileError as error:
            _logger.error("%s", error)  # noqa: TRY400 - the text says it all
            failed: Response = error_response_json("InternalServerError", str(error), 500)
            return failed
        return response

    dynamodb._set_item, dynamodb._remove_item = was_set, removed
    dynamodb.handle_request = handled


def _keep_runs(data: KeptData) -> None:
    tick, retention = scheduler._tick_schedules, Retention(data.folder.parent)

    def ticked() -> None:
        for name, at in list(scheduler._schedule_last_fired.items()):
            scheduler._schedule_last_fired[name] = min(at, time.time())  # the clock was ahead
        tick()
        data.write_runs()
        retention.run_if_due()

    scheduler._tick_schedules = ticked
