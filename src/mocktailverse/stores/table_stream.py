"""The change stream of the drinks table, read again for batches that publish could not process."""

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
            MissingError: the stream no longer has the batch; it keeps 24 hours.
        """
        if not batch.end_sequence_number.isdecimal():
            raise MissingError(f"The failed batch is not described as documented: {batch}.")
        last, ids = int(batch.end_sequence_number), dict[str, None]()
        with translated(f"Reading the stream {batch.stream_arn}"):
            iterator = self._client.get_shard_iterator(
                StreamArn=batch.stream_arn,
                ShardId=batch.shard_id,
                ShardIteratorType="AT_SEQUENCE_NUMBER",
                SequenceNumber=batch.start_sequence_number,
            )["ShardIterator"]
            while iterator:
                page = self._client.get_records(ShardIterator=iterator)
                for record in page["Records"]:
                    change = record["dynamodb"]
                    if int(change["SequenceNumber"]) > last:
                        return list(ids)
                    ids[change["Keys"]["id"]["S"]] = None
                    if int(change["SequenceNumber"]) == last:
                        return list(ids)
                iterator = page.get("NextShardIterator")
        return list(ids)
