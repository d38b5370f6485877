"""The command `redrive`: which function publishes the drinks of failed batches."""

from types import SimpleNamespace
from typing import Any

from mocktailverse.cli.redrive_command import republish
from mocktailverse.loads.failed_batch import FailedBatch
from mocktailverse.stores.environment import Stores


def test_failed_publishings_are_repeated_by_the_version_that_serves():
    """During a deployment the newest code may be one that is tried and does not serve yet."""
    invoked = []
    doubles: dict[str, Any] = {
        "drinks_stream": SimpleNamespace(changed_ids=lambda _batch: ["thecocktaildb:1"]),
        "functions": SimpleNamespace(invoke=lambda name, event: invoked.append((name, event))),
    }
    stores = Stores(None, {"PublishFunction": "mocktailverse-publish-prod"})
    vars(stores).update(doubles)
    republish(stores, [FailedBatch()])
    ((name, event),) = invoked
    assert name == "mocktailverse-publish-prod:live"
    assert [one["dynamodb"]["Keys"]["id"]["S"] for one in event["Records"]] == ["thecocktaildb:1"]
