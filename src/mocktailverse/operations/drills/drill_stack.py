"""The stack of a drill: ways to break it, and what can be observed of it."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from msgspec import Struct

from mocktailverse.errors import PermanentError, TransientError
from mocktailverse.loads.load_record import Load
from mocktailverse.loads.object_version import DEFAULT_SOURCE, RAW_PREFIX, ObjectVersion
from mocktailverse.operations.drills.alarm_evaluation import Value, embedded_values, filtered_values
from mocktailverse.pipeline.verify_catalogue import verify_all
from mocktailverse.stores.alarms import Metric, read_log_metrics
from mocktailverse.stores.environment import Stores
from mocktailverse.stores.log_group import LogGroup
from mocktailverse.times import now
from mocktailverse.waiting import wait_until

TIMEOUT_S = 240.0
POLL_S = 0.1
RECORDS = 30
"""Drinks that the source of a drill has."""

Record = dict[str, Any]
Result = TypeVar("Result")


class DrillStack(Struct, frozen=True):
    """A stack of its own for one drill."""

    stores: Stores
    """Its stores, with the deployer's rights."""
    state_dir: Path
    """Its folder, for commands that run on it."""

    # ---- what happens to it

    def put(self, records: list[Record], part: str) -> ObjectVersion:
        """Store records as one raw object."""
        body = json.dumps({"drinks": records}).encode()
        key = f"{RAW_PREFIX}{DEFAULT_SOURCE}/drill/{part}.json"
        return self.stores.bucket.put(key, body, metadata={}, content_type="application/json")

    def load(self, records: list[Record], part: str) -> Load:
        """Store records as one raw object, and wait for its load."""
        version = self.put(records, part)
        return self.until(lambda: self._ended(version), f"{version.key} is loaded")

    def sweep(self) -> None:
        """Collect everything from the simulated source, as every day."""
        self.stores.functions.invoke(self.stores.output("FetchFunction"), {"strategy": "sweep"})

    def invoke_failing(self, output: str, event: object) -> None:
        """Invoke a function as AWS would; raise PermanentError unless it fails."""
        name = self.stores.outputs[output]
        done = self.stores.functions.run(name, json.dumps(event).encode())
        if done.error is None:
            raise PermanentError(f"The function should have failed, but returned {done.answer}.")

    @contextmanager
    def misconfigured(self, output: str, **variables: str) -> Iterator[None]:
        """Give a function other environment variables within the block."""
        name, client = self.stores.outputs[output], self.stores.clients.lambda_
        before = client.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
        client.update_function_configuration(
            FunctionName=name, Environment={"Variables": {**before, **variables}}
        )
        try:
            yield
        finally:
            client.update_function_configuration(
                FunctionName=name, Environment={"Variables": before}
            )

    @contextmanager
    def hurried_queue(self) -> Iterator[None]:
        """Redeliver failed messages after a second within the block."""
        client, url = self.stores.clients.sqs, self.stores.outputs["QueueUrl"]
        attributes = client.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])
        client.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "1"})
        try:
            yield
        finally:
            before = attributes["Attributes"]["VisibilityTimeout"]
            client.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": before})

    def set_write_capacity(self, units: int) -> int:
        """Set the drinks table's write capacity; return the previous one."""
        table, client = self.stores.outputs["DrinksTable"], self.stores.clients.dynamodb
        before = client.describe_table(TableName=table)["Table"]["ProvisionedThroughput"]
        client.update_table(
            TableName=table,
            ProvisionedThroughput={
                "ReadCapacityUnits": before["ReadCapacityUnits"],
                "WriteCapacityUnits": units,
            },
        )
        return before["WriteCapacityUnits"]

    # ---- what can be seen of it

    def has_failed(self, output: str, since: int) -> bool:
        """Return whether the template's filters match a failure in a function's log."""
        log = self.stores.function_log(output)
        counted = {one.metric for one in read_log_metrics(self.stores.clients, log.name)}
        return any(value.metric in counted for value in self._from_log(log, since))

    def observe(self, since: int) -> list[Value]:
        """Return the metrics that CloudWatch would have since a time in ms."""
        values = [self._depth("QueueUrl"), self._depth("DeadLetterQueueUrl")]
        for output in self.stores.outputs:
            if output.endswith("Function"):
                values += self._from_log(self.stores.function_log(output), since)
        return values

    def capacity(self) -> tuple[int, int]:
        """Return the provisioned read and write units of both tables and the index."""
        read = write = 0
        for output in ("DrinksTable", "LoadsTable"):
            response = self.stores.clients.dynamodb.describe_table(
                TableName=self.stores.outputs[output]
            )
            table = response["Table"]
            for part in (table, *table.get("GlobalSecondaryIndexes", [])):
                read += part["ProvisionedThroughput"]["ReadCapacityUnits"]
                write += part["ProvisionedThroughput"]["WriteCapacityUnits"]
        return read, write

    def settle(self) -> None:
        """Wait until the queue is empty, and all stores hold what the raw objects give."""
        stores = self.stores
        compared = (stores.bucket, stores.drinks, stores.loads, stores.catalogue)
        self.until(lambda: stores.queue.waiting() == 0, "the queue is empty")
        self.until(lambda: verify_all(*compared).ok, "everything is verified")

    @staticmethod
    def until(condition: Callable[[], Result | None], what: str) -> Result:
        """Return the first true value of a condition; TransientError if it comes too late."""
        result = wait_until(condition, TIMEOUT_S, POLL_S)
        if not result:
            raise TransientError(f"Timed out after {TIMEOUT_S:g} s waiting for: {what}.")
        return result

    def _ended(self, version: ObjectVersion) -> Load | None:
        load = self.stores.loads.latest(version)
        return load if load and load.status != "loading" else None

    def _from_log(self, log: LogGroup, since: int) -> Iterator[Value]:
        log_metrics = read_log_metrics(self.stores.clients, log.name)
        for line in log.lines(since):
            yield from embedded_values(line)
            for log_metric in log_metrics:
                yield from filtered_values(log_metric, line)

    def _depth(self, output: str) -> Value:
        url = self.stores.outputs[output]
        response = self.stores.clients.sqs.get_queue_attributes(
            QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"]
        )
        dimensions = (("QueueName", url.rpartition("/")[2]),)
        metric = Metric("AWS/SQS", "ApproximateNumberOfMessagesVisible", dimensions)
        return Value(now(), metric, float(response["Attributes"]["ApproximateNumberOfMessages"]))


def records(number: int = RECORDS, first: int = 1) -> list[Record]:
    """Return good raw records, with ids that count up."""
    return [
        {
            "idDrink": str(990_000 + first + index),
            "strDrink": f"Drill {first + index}",
            "strCategory": "Cocktail",
            "strAlcoholic": "Alcoholic",
            "strGlass": "Wine glass",
            "strInstructions": "Build over ice.",
            "strIngredient1": "Prosecco",
            "strMeasure1": "3 oz",
        }
        for index in range(number)
    ]
