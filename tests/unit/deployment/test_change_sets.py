"""Change sets: the changes that lose data, and the outcomes of a deployment."""

from collections.abc import Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from mocktailverse.deployment import apply
from mocktailverse.deployment.changes import ChangeSet, DeploymentError, classify_changes
from mocktailverse.deployment.rehearsal_mark import ForeignStackError, new_mark
from mocktailverse.errors import UsageError
from mocktailverse.stores import cloudformation_stack as stack

PARAMETERS = {"ArtifactBucket": "artifacts", "FunctionsKey": "functions/a.zip"}
MARK = "2026-12-02 06:00:00 0a"
STACK_ID = "arn:aws:cloudformation:eu-central-1:1:stack/mocktailverse-dev/1"


def resource_change(name: str, action: str = "Modify", **fields: Any) -> Any:
    return {"Action": action, "LogicalResourceId": name, "ResourceType": "AWS::X::Y", **fields}


def detail(
    name: str = "Name",
    recreation: str = "Always",
    evaluation: str = "Static",
    cause: str | None = None,
) -> Any:
    change = {
        "Target": {"Attribute": "Properties", "Name": name, "RequiresRecreation": recreation},
        "Evaluation": evaluation,
        "ChangeSource": "ResourceAttribute" if cause else "DirectModification",
    }
    return {**change, "CausingEntity": cause} if cause else change


def actions(*resource_changes: Any) -> list[str]:
    return [change.action for change in classify_changes(resource_changes)]


@pytest.mark.parametrize(
    ("change", "action", "loses"),
    [
        (resource_change("A", "Add"), "add", False),
        (resource_change("A", "Import"), "import", False),
        (resource_change("A", "Remove"), "remove", True),
        (resource_change("A", Replacement="True", Details=[detail()]), "replace", True),
        (resource_change("A", Replacement="False", Details=[detail()]), "modify", False),
        (resource_change("A", Replacement="Conditional", Details=[detail()]), "may replace", True),
    ],
)
def test_each_change_has_an_action(change, action, loses):
    (classified,) = classify_changes([change])
    assert (classified.action, classified.loses) == (action, loses)


def test_a_reference_to_a_resource_that_stays_replaces_nothing():
    function = resource_change("Function", Replacement="False", Details=[detail("Code", "Never")])
    permission = resource_change(
        "Permission",
        Replacement="Conditional",
        Details=[detail("FunctionName", "Always", "Dynamic", "Function.Arn")],
    )
    assert actions(function, permission) == ["modify", "modify"]


@pytest.mark.parametrize("replacement", ["True", "Conditional"])
def test_a_reference_to_a_replaced_resource_is_a_loss(replacement):
    table = resource_change("Table", Replacement=replacement, Details=[detail("KeySchema")])
    mapping = resource_change(
        "Mapping",
        Replacement="Conditional",
        Details=[detail("EventSourceArn", "Always", "Dynamic", "Table.Arn")],
    )
    assert actions(table, mapping)[1] == "may replace"


@pytest.mark.parametrize(
    ("changed", "attribute", "action"),
    [
        ("StreamSpecification", "StreamArn", "may replace"),
        ("ProvisionedThroughput", "StreamArn", "modify"),
        ("ProvisionedThroughput", "SomethingElse", "may replace"),
    ],
)
def test_a_changed_attribute_of_a_kept_resource_may_replace_another(changed, attribute, action):
    table = resource_change("Table", Replacement="False", Details=[detail(changed, "Never")])
    mapping = resource_change(
        "Mapping",
        Replacement="Conditional",
        Details=[detail("EventSourceArn", "Always", "Dynamic", f"Table.{attribute}")],
    )
    assert actions(table, mapping) == ["modify", action]


def test_retention_is_changed_in_place_even_if_the_embedded_aws_does_not_know_it():
    def changed(kind: str, name: str) -> Any:
        return {
            **resource_change("A", Replacement="Conditional", Details=[detail(name)]),
            "ResourceType": kind,
        }

    assert actions(changed("AWS::Logs::LogGroup", "RetentionInDays")) == ["modify"]
    assert actions(changed("AWS::S3::Bucket", "LifecycleConfiguration")) == ["modify"]
    assert actions(changed("AWS::Logs::LogGroup", "LogGroupName")) == ["may replace"]


def test_circular_references_terminate():
    def referring(name: str, other: str) -> Any:
        details = [detail("Name", "Always", "Dynamic", f"{other}.Arn")]
        return resource_change(name, Replacement="Conditional", Details=details)

    assert actions(referring("A", "B"), referring("B", "A")) == ["may replace", "may replace"]


def test_a_change_lists_each_property_once():
    repeated = resource_change(
        "A",
        Replacement="False",
        Details=[
            detail("Code", "Never"),
            detail("Code", "Never", "Dynamic"),
            {"Target": {"Attribute": "Tags", "RequiresRecreation": "Never"}},
        ],
    )
    (change,) = classify_changes([repeated])
    assert change.because == ("Code", "Tags")


class Pages:
    """A paginator that has one page for each list."""

    def __init__(self, key: str, *pages: list[Any]) -> None:
        self.pages = [{key: page} for page in pages]

    def paginate(self, **_: Any) -> list[Any]:
        return self.pages


def event(number: int, name: str, state: str, reason: str = "", *, of_stack: bool = False) -> Any:
    return {
        "EventId": str(number),
        "StackId": STACK_ID,
        "LogicalResourceId": name,
        "PhysicalResourceId": STACK_ID if of_stack else name,
        "ResourceType": "AWS::X::Y",
        "ResourceStatus": state,
        "ResourceStatusReason": reason,
        "Timestamp": datetime(2026, 1, 1, 12, 0, number, tzinfo=UTC),
    }


class FakeCloudFormation:
    """A stack that moves to its next state after a call or while it is in progress."""

    def __init__(
        self, *states: str | None, events: Sequence[Any] = (), new_events: Sequence[Any] = ()
    ) -> None:
        self.states = list(states)
        self.events = list(events)
        self.new_events = list(new_events)
        self.calls: list[str] = []
        self.changes: list[Any] = [resource_change("A", "Add")]
        self.reason = ""
        self.validation: list[Any] = []
        self.tags: dict[str, str] = {}
        self.deleted: list[str] = []

    def describe_stacks(self, **_: Any) -> Any:
        state = self.states[0]
        if state and state != "REVIEW_IN_PROGRESS" and state.endswith("_IN_PROGRESS"):
            self._move()
        if state is None:
            raise ClientError({"Error": {"Code": "ValidationError"}}, "DescribeStacks")
        tags = [{"Key": key, "Value": value} for key, value in self.tags.items()]
        stack = {"StackStatus": state, "StackId": STACK_ID, "Outputs": [], "Tags": tags}
        return {"Stacks": [stack]}

    def create_change_set(self, **given: Any) -> Any:
        self.template_url = given["TemplateURL"]
        self.given_tags = {tag["Key"]: tag["Value"] for tag in given["Tags"]}
        self.calls.append(f"create {given['ChangeSetType']}")
        if self.states[0] is None:
            self.states[0] = "REVIEW_IN_PROGRESS"
        return {"Id": "change-set"}

    def describe_change_set(self, **_: Any) -> Any:
        state = "FAILED" if self.reason else "CREATE_COMPLETE"
        return {"Status": state, "StatusReason": self.reason, "Changes": self.changes}

    def delete_change_set(self, **_: Any) -> None:
        self.calls.append("discard")

    def execute_change_set(self, **_: Any) -> None:
        self.calls.append("execute")
        self._move()
        self.events = [*self.new_events, *self.events]

    def delete_stack(self, **given: Any) -> None:
        self.deleted.append(given["StackName"])
        self.calls.append("delete")
        self._move()

    def describe_stack_resources(self, **_: Any) -> Any:
        return {"StackResources": []}

    def describe_events(self, **_: Any) -> Any:
        return {"OperationEvents": self.validation}

    def get_paginator(self, name: str) -> Pages:
        if name == "describe_change_set":
            return Pages("Changes", *[[{"ResourceChange": c}] for c in self.changes])
        return Pages("StackEvents", self.events)

    def _move(self) -> None:
        if len(self.states) > 1:
            del self.states[0]


class FakeClients:
    region = "eu-central-1"

    def __init__(self, cloudformation: FakeCloudFormation, *, code: bool = True) -> None:
        self.cloudformation = cloudformation
        self.s3 = self
        self.meta = SimpleNamespace(endpoint_url="https://s3.eu-central-1.amazonaws.com")
        self.code = code

    def head_object(self, **given: Any) -> None:
        if not self.code or given["Key"].startswith("templates/"):
            raise ClientError({"Error": {"Code": "404"}}, "HeadObject")

    def put_object(self, **given: Any) -> None:
        assert given["Key"].startswith("templates/")


@pytest.fixture
def deploy():
    def run(cloudformation: FakeCloudFormation, **options: Any) -> dict[str, str]:
        clients: Any = FakeClients(cloudformation, code=options.pop("code", True))
        return apply.deploy(
            clients,
            stack_name="mocktailverse-dev",
            template=options.pop("template", "Resources: {}"),
            parameters=PARAMETERS,
            poll_s=0,
            **options,
        )

    return run


def test_a_new_stack_is_created(deploy):
    aws = FakeCloudFormation(None, "CREATE_IN_PROGRESS", "CREATE_COMPLETE")
    steps: list[str] = []
    deploy(aws, on_progress=steps.append)
    assert aws.calls == ["create CREATE", "execute"]
    assert steps[0] == "creating stack mocktailverse-dev"


def test_all_pages_of_changes_are_shown(deploy):
    aws = FakeCloudFormation("CREATE_COMPLETE")
    aws.changes = [resource_change(name, "Add") for name in "ABC"]
    shown: list[ChangeSet] = []
    deploy(aws, confirm=lambda change_set: bool(shown.append(change_set)) or True)
    assert [change.resource for change in shown[0].changes] == ["A", "B", "C"]
    assert shown[0].losses == ()


def test_without_changes_nothing_is_executed(deploy):
    aws = FakeCloudFormation("CREATE_COMPLETE")
    aws.reason = "The submitted information didn't contain changes."
    deploy(aws)
    assert aws.calls == ["create UPDATE", "discard"]


@pytest.mark.parametrize(
    ("state", "calls"),
    [
        ("CREATE_COMPLETE", ["create UPDATE", "discard"]),
        (None, ["create CREATE", "discard", "delete"]),  # nor an empty stack
    ],
)
def test_a_refused_change_set_is_an_error_and_leaves_nothing(deploy, state, calls):
    aws = FakeCloudFormation(state)
    aws.reason = "Parameter Capacity must be one of ..."
    with pytest.raises(UsageError, match="Parameter Capacity"):
        deploy(aws)
    assert aws.calls == calls


def test_ctrl_c_while_the_change_set_is_created_leaves_nothing(deploy):
    class Interrupted(FakeCloudFormation):
        def describe_change_set(self, **_: Any) -> Any:
            raise KeyboardInterrupt

    aws = Interrupted(None)
    with pytest.raises(KeyboardInterrupt):
        deploy(aws)
    assert aws.calls == ["create CREATE", "discard", "delete"]


def test_a_declined_deployment_leaves_a_stack_that_another_deployment_created(deploy):
    aws = FakeCloudFormation(None)

    def decline(_: ChangeSet) -> bool:
        aws.states = ["CREATE_COMPLETE"]
        return False

    with pytest.raises(DeploymentError, match=r"Nothing was changed\."):
        deploy(aws, confirm=decline)
    assert aws.calls == ["create CREATE", "discard"]


def test_a_change_set_that_another_deployment_made_obsolete_is_an_error(deploy):
    class Overtaken(FakeCloudFormation):
        def execute_change_set(self, **_: Any) -> None:
            error = {"Error": {"Code": "InvalidChangeSetStatus", "Message": "[OBSOLETE]"}}
            raise ClientError(error, "ExecuteChangeSet")

    with pytest.raises(UsageError, match=r"Another deployment.*deploy again"):
        deploy(Overtaken("UPDATE_COMPLETE"))


def test_resources_that_a_stage_does_not_have_are_not_shown(deploy):
    """The embedded AWS also lists resources whose condition is false."""
    aws = FakeCloudFormation("CREATE_COMPLETE")
    names = ("Table", "Budget", "Old")
    aws.changes = [
        resource_change("Table", "Add"),
        resource_change("Budget", "Add"),
        resource_change("Old", "Remove"),
    ]
    off = "{Type: AWS::X::Y, Condition: Off}"
    template = f"""
Conditions: {{Off: !Equals [a, b]}}
Resources:
  Table: {{Type: AWS::X::Y}}
  Budget: {off}
  Old: {off}
"""
    shown: list[ChangeSet] = []
    deploy(
        aws, template=template, confirm=lambda change_set: bool(shown.append(change_set)) or True
    )
    assert [c.resource for c in shown[0].changes] == [n for n in names if n != "Budget"]


def test_a_declined_deployment_changes_nothing(deploy):
    aws = FakeCloudFormation("UPDATE_COMPLETE")
    with pytest.raises(DeploymentError, match=r"Nothing was changed\."):
        deploy(aws, confirm=lambda _: False)
    assert aws.calls == ["create UPDATE", "discard"]


def test_an_error_during_the_confirmation_leaves_no_change_set_and_no_empty_stack(deploy):
    def fail(_: ChangeSet) -> bool:
        raise UsageError("no terminal")

    aws = FakeCloudFormation(None)
    with pytest.raises(UsageError, match="no terminal"):
        deploy(aws, confirm=fail)
    assert aws.calls == ["create CREATE", "discard", "delete"]


def test_the_rest_of_a_failed_creation_is_removed_first(deploy):
    aws = FakeCloudFormation(
        *("ROLLBACK_COMPLETE", "DELETE_IN_PROGRESS", "DELETE_COMPLETE"),
        *("CREATE_IN_PROGRESS", "CREATE_COMPLETE"),
    )
    steps: list[str] = []
    deploy(aws, on_progress=steps.append)
    assert aws.calls == ["delete", "create CREATE", "execute"]
    assert steps[0] == "removing what a failed creation left"
    assert aws.deleted == [STACK_ID]  # and not a stack with its name that follows it


def test_the_stack_that_was_described_is_deleted_and_not_one_that_follows_it():
    aws = FakeCloudFormation("CREATE_COMPLETE", "DELETE_COMPLETE")
    clients: Any = FakeClients(aws)
    apply.delete(clients, "mocktailverse-dev", poll_s=0)
    assert aws.deleted == [STACK_ID]


@pytest.mark.parametrize("state", ["CREATE_COMPLETE", "CREATE_IN_PROGRESS", "ROLLBACK_COMPLETE"])
@pytest.mark.parametrize("other", [None, "2026-12-01 06:00:00 other"])
def test_a_rehearsal_changes_no_stack_that_it_did_not_create(deploy, state, other):
    aws = FakeCloudFormation(state)
    aws.tags = {"rehearsal": other} if other else {"project": "mocktailverse"}
    with pytest.raises(ForeignStackError, match="this rehearsal did not create it"):
        deploy(aws, rehearsal=MARK)
    assert aws.calls == []


def test_a_rehearsal_does_not_create_over_a_stack_that_another_deployment_just_created(deploy):
    aws = FakeCloudFormation(None)

    def overtaken(_: ChangeSet) -> bool:
        aws.states = ["CREATE_COMPLETE"]
        return True

    with pytest.raises(ForeignStackError, match="this rehearsal did not create it"):
        deploy(aws, rehearsal=MARK, confirm=overtaken)
    assert aws.calls == ["create CREATE", "discard"]


@pytest.mark.parametrize("state", ["CREATE_COMPLETE", "CREATE_IN_PROGRESS", "ROLLBACK_COMPLETE"])
def test_a_deployment_does_not_change_the_stack_of_a_rehearsal(deploy, state):
    aws = FakeCloudFormation(state)
    aws.tags = {"rehearsal": MARK}
    with pytest.raises(ForeignStackError, match=r"rehearsed, since 2026-12-02 06:00:00 UTC.*Wait"):
        deploy(aws)
    assert aws.calls == []


@pytest.mark.parametrize(("state", "type_"), [(None, "CREATE"), ("CREATE_COMPLETE", "UPDATE")])
def test_each_change_set_of_a_rehearsal_marks_the_stack(deploy, state, type_):
    """CloudFormation removes a tag that a later change set does not have."""
    aws = FakeCloudFormation(state, "CREATE_COMPLETE")
    aws.tags = {"rehearsal": MARK}
    deploy(aws, rehearsal=MARK)
    assert aws.calls == [f"create {type_}", "execute"]
    assert aws.given_tags == {"project": "mocktailverse", "rehearsal": MARK}


def test_a_deployment_marks_nothing(deploy):
    aws = FakeCloudFormation(None, "CREATE_COMPLETE")
    deploy(aws)
    assert aws.given_tags == {"project": "mocktailverse"}


def test_a_stack_that_appears_while_its_change_set_is_sent_is_not_an_unknown_error(deploy):
    class Overtaken(FakeCloudFormation):
        def create_change_set(self, **_: Any) -> Any:
            error = {"Error": {"Code": "AlreadyExistsException", "Message": "It already exists."}}
            raise ClientError(error, "CreateChangeSet")

    with pytest.raises(UsageError, match=r"It already exists\."):
        deploy(Overtaken(None))


def test_marks_of_two_rehearsals_differ():
    assert new_mark() != new_mark()


def test_a_stack_in_review_is_created(deploy):
    aws = FakeCloudFormation("REVIEW_IN_PROGRESS", "CREATE_IN_PROGRESS", "CREATE_COMPLETE")
    deploy(aws)
    assert aws.calls == ["create CREATE", "execute"]


@pytest.mark.parametrize(
    ("state", "advice"),
    [
        ("UPDATE_IN_PROGRESS", "wait for it"),
        ("UPDATE_ROLLBACK_FAILED", "continue-update-rollback"),
        ("DELETE_FAILED", "mocktailverse destroy"),
        ("ROLLBACK_FAILED", "mocktailverse destroy"),
    ],
)
def test_a_stack_that_cannot_be_changed_is_an_error_that_says_what_to_do(deploy, state, advice):
    aws = FakeCloudFormation(state)
    with pytest.raises(UsageError, match=f"{state}.*{advice}"):
        deploy(aws)
    assert aws.calls == []


def test_missing_code_is_an_error_before_the_first_change(deploy):
    aws = FakeCloudFormation(None)
    with pytest.raises(UsageError, match=r"functions/a\.zip"):
        deploy(aws, code=False)
    assert aws.calls == []


def test_a_failed_update_reports_its_first_failures_and_the_rollback(deploy):
    old = event(1, "Queue", "UPDATE_FAILED", "last week's failure")
    new_events = [
        event(6, "mocktailverse-dev", "UPDATE_ROLLBACK_COMPLETE", of_stack=True),
        event(5, "Role", "CREATE_FAILED", "Resource creation cancelled"),
        event(4, "Bucket", "UPDATE_FAILED", "the second"),
        event(3, "Table", "UPDATE_FAILED", "the first"),
        event(2, "mocktailverse-dev", "UPDATE_IN_PROGRESS", of_stack=True),
    ]
    states = ("UPDATE_COMPLETE", "UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE")
    aws = FakeCloudFormation(*states, events=[old], new_events=new_events)
    printed_events: list[str] = []
    with pytest.raises(DeploymentError) as failed:
        deploy(aws, on_event=printed_events.append)
    lines = str(failed.value).splitlines()
    assert "UPDATE_ROLLBACK_COMPLETE: the update was rolled back" in lines[0]
    assert [line.strip() for line in lines[1:]] == [
        "Table (AWS::X::Y): the first",
        "Bucket (AWS::X::Y): the second",
    ]
    assert len(printed_events) == 5  # each new event once, in order, without the old one
    assert printed_events[1].endswith("UPDATE_FAILED Table (AWS::X::Y): the first")


def test_a_failed_creation_reports_that_nothing_is_left(deploy):
    aws = FakeCloudFormation(None, "CREATE_IN_PROGRESS", "ROLLBACK_COMPLETE")
    with pytest.raises(DeploymentError, match=r"rolled back, and nothing is left"):
        deploy(aws)


def test_validation_errors_of_cloudformation_are_shown(deploy):
    def refusal(operation: str, name: str, kind: str = "VALIDATION_ERROR") -> Any:
        return {
            "OperationId": operation,
            "EventType": kind,
            "LogicalResourceId": name,
            "ResourceType": "AWS::X::Y",
            "ValidationStatusReason": f"{name} already exists.",
        }

    aws = FakeCloudFormation(None, "CREATE_IN_PROGRESS", "ROLLBACK_COMPLETE")
    aws.validation = [refusal("2", "Bucket"), refusal("2", "S", "STACK_EVENT"), refusal("1", "Old")]
    with pytest.raises(DeploymentError) as failed:
        deploy(aws)
    lines = str(failed.value).splitlines()[1:]
    assert lines[0] == "  Bucket (AWS::X::Y): Bucket already exists."
    assert "docs/how-to/deploy.md" in lines[1]  # a link to the solution
    assert len(lines) == 2


def test_a_stack_that_only_waits_for_review_has_no_outputs():
    clients: Any = FakeClients(FakeCloudFormation("REVIEW_IN_PROGRESS"))
    with pytest.raises(UsageError, match="`mocktailverse-dev` does not exist in eu-central-1"):
        stack.outputs(clients, "mocktailverse-dev")


@pytest.mark.parametrize(
    ("policy", "is_kept"),
    [("ReplaceAndRetain", True), ("Retain", True), ("ReplaceAndDelete", False), (None, False)],
)
def test_a_replaced_resource_may_stay_outside_of_the_stack(policy, is_kept):
    change = resource_change("A", "Modify", **({"PolicyAction": policy} if policy else {}))
    assert classify_changes([change])[0].is_kept is is_kept


def test_losses_are_the_changes_that_need_a_confirmation():
    classified = classify_changes([resource_change("A", "Add"), resource_change("B", "Remove")])
    change_set = ChangeSet(id="id", stack="stack", creates=False, changes=tuple(classified))
    assert [change.resource for change in change_set.losses] == ["B"]


def test_a_template_that_cloudformation_refuses_is_an_error(deploy):
    class Refusing(FakeCloudFormation):
        def create_change_set(self, **_: Any) -> Any:
            error = {"Error": {"Code": "ValidationError", "Message": "Template format error"}}
            raise ClientError(error, "CreateChangeSet")

    with pytest.raises(UsageError, match="refuses the template: Template format error"):
        deploy(Refusing("CREATE_COMPLETE"))
