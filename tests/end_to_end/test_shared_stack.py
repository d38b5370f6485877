"""A test that fails, or that changes the stack, does not affect the next test."""

from pathlib import Path

import pytest

from mocktailverse.loads.load_record import Counts

pytest_plugins = ["pytester"]

DENY = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}'
)
HIDDEN_S = 900
RECORDER = """
import json
import pathlib

class Recorder:
    def lend(self):
        return "a pipeline"

    def take_back(self, *, failed):
        with pathlib.Path("failed").open("a") as file:
            print(json.dumps(failed), file=file)

@pytest.fixture(scope="session")
def _shared():
    return Recorder()
"""


def is_working(pipeline, drinks) -> bool:
    version = pipeline.put(drinks(2))
    (load,) = pipeline.settled(version)
    pipeline.until(lambda: pipeline.verify().ok)
    return (load.status, load.counts) == ("done", Counts(read=2, loaded=2))


def break_settings(pipeline) -> None:
    clients, outputs = pipeline.clients, pipeline.outputs
    clients.lambda_.update_function_configuration(
        FunctionName=outputs["TransformFunction"],
        Environment={"Variables": {"MOCKTAILVERSE_DRINKS_TABLE": "no-such-table"}},
    )
    clients.iam.put_role_policy(
        RoleName="mocktailverse-publish-local-us-east-1", PolicyName="deny", PolicyDocument=DENY
    )
    for mapping in clients.lambda_.list_event_source_mappings()["EventSourceMappings"]:
        clients.lambda_.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)


def leave_messages_in_flight(pipeline) -> None:
    pipeline.send("one", "two")
    url = pipeline.outputs["QueueUrl"]
    pipeline.until(
        lambda: (
            "Messages"
            in pipeline.clients.sqs.receive_message(QueueUrl=url, VisibilityTimeout=HIDDEN_S)
        )
    )


def test_a_broken_stack_is_replaced(new_shared_stack, drinks):
    broken = new_shared_stack.lend()
    assert is_working(broken, drinks)
    break_settings(broken)
    leave_messages_in_flight(broken)
    new_shared_stack.take_back(failed=True)

    replacement = new_shared_stack.lend()

    assert replacement.stack.processes != broken.stack.processes
    assert is_working(replacement, drinks)
    new_shared_stack.take_back(failed=False)
    assert new_shared_stack.lend() is replacement
    assert replacement.table() == {}

    break_settings(replacement)
    with pytest.raises(AssertionError, match="left settings changed"):
        new_shared_stack.take_back(failed=False)
    assert not any(process.find() for process in replacement.stack.processes)


def test_a_stack_is_returned_as_failed_after_each_phase_that_can_fail(pytester):
    conftest = Path(__file__).with_name("conftest.py").read_text(encoding="utf-8")
    pytester.makeconftest(conftest + RECORDER)
    pytester.makepyfile("""
        import pytest

        @pytest.fixture
        def broken(pipeline):
            raise ValueError

        def test_passes(pipeline): pass
        def test_fails(pipeline): assert False
        def test_fails_to_set_up(broken): pass
        @pytest.mark.skip
        def test_skipped(pipeline): pass
    """)
    pytester.runpytest_inprocess("-p", "no:cacheprovider").assert_outcomes(
        passed=1, failed=1, errors=1, skipped=1
    )
    assert (pytester.path / "failed").read_text().split() == ["false", "true", "true"]
