"""An ingest leaves executions for the API on a new account, which runs ten functions at once."""

import msgspec
import pytest

from aws_proof.ten_slots import VISITORS, VISITS_EVERY_S, QueueSettings, Simulation
from mocktailverse.checkout import find_checkout
from mocktailverse.cost.template import Template

OBJECTS = 1_000
BATCHES_S = (1.0, 5.0, 60.0)
"""Times that ten objects take: small objects, usual ones, and those that wait for capacity."""

pytestmark = pytest.mark.aws_proof


@pytest.fixture
def settings() -> QueueSettings:
    """The settings of the template; API Gateway lets no more visitors through than simulated."""
    template = Template.read(find_checkout().template)
    parameters = {"Stage": "prod", "Target": "aws", "ArtifactBucket": "a", "FunctionsKey": "k"}
    properties = {one.name: one.properties for one in template.resources(parameters)}
    stage = properties["ApiStage"]["DefaultRouteSettings"]
    assert stage["ThrottlingRateLimit"] == VISITORS / VISITS_EVERY_S
    queue, mapping = properties["Queue"], properties["TransformRawObjects"]
    return QueueSettings(
        mapping["BatchSize"],
        mapping.get("ScalingConfig", {}).get("MaximumConcurrency"),
        float(queue["VisibilityTimeout"]),
        int(queue["RedrivePolicy"]["maxReceiveCount"]),
    )


@pytest.mark.parametrize("batch_s", BATCHES_S)
def test_an_ingest_takes_no_execution_from_the_api_or_from_publish(settings, batch_s, proved):
    outcome = Simulation(settings, OBJECTS, batch_s).run()
    assert outcome.loaded == OBJECTS
    assert (outcome.dead, outcome.throttled_receives) == (0, 0)
    assert (outcome.refused_visits, outcome.refused_publishes) == (0, 0)
    proved(
        f"ten executions: {OBJECTS} objects, {batch_s:.0f} s a batch, are loaded in"
        f" {outcome.seconds:.0f} s; no receive, visit or publish is throttled (simulated)"
    )


@pytest.mark.parametrize("batch_s", BATCHES_S[1:])
def test_without_the_limit_it_would(settings, batch_s):
    unlimited = msgspec.structs.replace(settings, maximum_concurrency=None)
    outcome = Simulation(unlimited, OBJECTS, batch_s).run()
    assert outcome.throttled_receives > 0
    assert outcome.refused_visits > 0
    assert outcome.refused_publishes > 0
