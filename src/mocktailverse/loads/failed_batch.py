"""Batches of change notifications that publish could not process in time, as Lambda records them.

Lambda sends the record to the dead-letter queue (the event source mapping's destination on
failure). It names the batch and does not contain it:
https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
"""

from typing import Any

import msgspec
from msgspec import Struct

_KEY = "DDBStreamBatchInfo"


class FailedBatch(Struct, frozen=True, rename="camel"):
    """Where a failed batch is in the table's stream, which keeps it for 24 hours.

    All fields are empty if the record names them differently than documented.
    """

    stream_arn: str = ""
    shard_id: str = ""
    start_sequence_number: str = ""
    end_sequence_number: str = ""


def failed_batch(body: str) -> FailedBatch | None:
    """Return the failed batch that a dead letter is about; None for messages of other kinds."""
    try:
        message: Any = msgspec.json.decode(body)
    except (msgspec.MsgspecError, RecursionError):
        return None
    if not isinstance(message, dict) or _KEY not in message:
        return None
    try:
        return msgspec.convert(message[_KEY], FailedBatch)
    except msgspec.ValidationError:
        return FailedBatch()
