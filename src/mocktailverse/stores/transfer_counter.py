"""The bytes that the API has reserved for answers today: an S3 object under optimistic locking."""

import random
import time
from collections.abc import Callable
from typing import Any, Final

import msgspec
from botocore.exceptions import ClientError
from msgspec import Struct

from mocktailverse.errors import ConflictError, MissingError, PermanentError
from mocktailverse.stores.clients import Clients
from mocktailverse.stores.error_translation import error_code, translated

COUNTER_KEY = "state/transfer.json"
ATTEMPTS: Final = 8
"""Of ten processes that write at once one succeeds in each round; pauses spread the others."""

_PAUSE_S = 0.05
_CONFLICTS = ("PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey")


class DayCount(Struct, frozen=True):
    """The content of the object."""

    day: str
    """The day in UTC, such as `2026-12-01`."""
    bytes: int
    """What all processes have reserved on this day."""


class TransferCounter:
    """Hands out parts of the day's bytes to the processes of one API."""

    def __init__(
        self,
        clients: Clients,
        bucket: str,
        bytes_per_day: int,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = clients.s3
        self._bucket = bucket
        self._bytes_per_day = bytes_per_day
        self._sleep = sleep

    def reserve(self, day: str, count: int) -> bool:
        """Reserve bytes of a day in UTC, and return whether the day has as many left.

        Raises:
            ConflictError: other processes were faster each time.
            MocktailverseError: the object cannot be read or written.
        """
        for attempt in range(ATTEMPTS):
            counted, condition = self._read()
            # A process whose clock is behind must not start the previous day again.
            reserved = counted.bytes if counted and counted.day >= day else 0
            if reserved + count > self._bytes_per_day:
                return False
            newest = max(day, counted.day) if counted else day
            if self._write(DayCount(newest, reserved + count), condition):
                return True
            self._sleep(random.uniform(0, _PAUSE_S * 2**attempt))  # noqa: S311 - spreads retries
        raise ConflictError(f"Gave up after {ATTEMPTS} conflicting reservations of transfer.")

    def _read(self) -> tuple[DayCount | None, dict[str, Any]]:
        """Return the count, and the condition under which it may be replaced."""
        try:
            with translated("Reading the transfer counter"):
                response = self._client.get_object(Bucket=self._bucket, Key=COUNTER_KEY)
                body = response["Body"].read()
        except MissingError:
            return None, {"IfNoneMatch": "*"}
        try:
            return msgspec.json.decode(body, type=DayCount), {"IfMatch": response["ETag"]}
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            place = f"s3://{self._bucket}/{COUNTER_KEY}"
            raise PermanentError(f"{place} is not a transfer counter. Please delete it.") from error

    def _write(self, count: DayCount, condition: dict[str, Any]) -> bool:
        """Replace the count; return False if another process did so first."""
        body = msgspec.json.encode(count)
        with translated("Writing the transfer counter"):
            try:
                self._client.put_object(
                    Bucket=self._bucket, Key=COUNTER_KEY, Body=body, **condition
                )
            except ClientError as error:
                if error_code(error) not in _CONFLICTS:
                    raise
                return False
        return True
