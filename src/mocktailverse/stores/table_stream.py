"""The change stream of the drinks table, read again for batches that publish could not process."""

from botocore.exceptions import ParamValidationError

from mocktailverse.errors import MissingError
from mocktailverse.loads.failed_batch import FailedBatch
from mocktailverse.stores.clients import Clients
from mocktailverse.stores.error_translation import translated


class TableStream:
    """Reads batches of change notifications from the table's stream."""

    def __init__(self, clients: Clients) -> None:
        self._client = clients.dynamodb_streams

    def changed_ids(self, batch: FailedBatch) -> list[str]:
        """Return the ids of the drinks that a batch names, each once.

        Raises:
            MissingError: the stream no longer has the batch, as it keeps 24 hours; or the batch is
                not described as documented.
        """
        first, last = batch.start_sequence_number, batch.end_sequence_number
        if not (first.isdecimal() and last.isdecimal() and int(first) <= int(last)):
            raise _undocumented(batch)
        ids = dict[str, None]()
        with translated(f"Reading the stream {batch.stream_arn}"):
            try:
                iterator = self._client.get_shard_iterator(
                    StreamArn=batch.stream_arn,
                    ShardId=batch.shard_id,
                    ShardIteratorType="AT_SEQUENCE_NUMBER",
                    SequenceNumber=first,
                )["ShardIterator"]
            except ParamValidationError as error:
                raise _undocumented(batch) from error
            while iterator:
                page = self._client.get_records(ShardIterator=iterator)
                for record in page["Records"]:
                    change = record["dynamodb"]
                    if int(change["SequenceNumber"]) <= int(last):
                        ids[change["Keys"]["id"]["S"]] = None
                    if int(change["SequenceNumber"]) >= int(last):
                        return list(ids)
                iterator = page.get("NextShardIterator")
        return list(ids)


def _undocumented(batch: FailedBatch) -> MissingError:
    return MissingError(f"The failed batch is not described as documented: {batch}.")
