"""Health findings: the states that need a person's attention."""

from types import SimpleNamespace

import msgspec
import pytest
from botocore.exceptions import ClientError

from mocktailverse.catalogue.meta import Meta
from mocktailverse.checkout import find_checkout
from mocktailverse.cost.cost_report import cost_report
from mocktailverse.cost.model import price_table
from mocktailverse.cost.template import Template
from mocktailverse.cost.usage import Usage
from mocktailverse.loads.load_record import Counts, Load
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.operations.findings import (
    FAILURES_WINDOW_MS,
    LAG_LIMIT_MS,
    Operations,
    Publishings,
    Runbook,
    findings,
    runbook_of,
    stuck_loads,
)
from mocktailverse.operations.metrics import load_metrics
from mocktailverse.stores.alarms import AlarmState, read_alarm_states
from mocktailverse.stores.functions import Functions, FunctionState

NOW = 1_767_268_800_000
HOUR_MS = 3_600_000
FUNCTION = FunctionState("transform", 1024, 120, "python3.13", "Active", "Successful", None)
ALARM = AlarmState("no-load", "Nothing came. docs/runbooks/no-load.md", "OK", "", NOW)


def load(*, status="done", at=NOW - HOUR_MS, loaded=1, read=1, rejected=0):
    version = ObjectVersion("data", "raw/thecocktaildb/a.json", "v1")
    counts = Counts(read, loaded, rejected=rejected)
    end = None if status == "loading" else at + 1
    return Load(version, 1, status, counts, 10, 1, 0, None, at, at, end, None, 1, (), at)


def built(at):
    return Meta("1-a", 1, at, 1, 1, 0, "drinks", at)


def cost(**used):
    usage = Usage(**used)
    return cost_report("prod", usage, price_table(), usage)


HEALTHY = Operations(
    is_emulated=False,
    functions=[FUNCTION],
    failures=0,
    log_groups=[],
    alarms=[ALARM],
    waiting=3,
    dead=0,
    last_loads=[],
    failed=[],
    stuck=[],
    publishings=Publishings(None, None, None),
    cost=cost(),
    cost_since=NOW,
)


def runbooks_of(loads=(), catalogue=None, **changed):
    operations = msgspec.structs.replace(HEALTHY, **changed)
    metrics = load_metrics(loads, [])
    return [finding.runbook for finding in findings(operations, metrics, loads, catalogue, now=NOW)]


def test_a_healthy_environment_has_no_findings():
    assert runbooks_of([load()], built(NOW)) == []


def test_an_empty_environment_has_no_findings():
    assert runbooks_of() == []


def test_rejected_records_alone_are_not_a_finding():
    assert runbooks_of([load(loaded=0, rejected=1)], built(NOW)) == []


@pytest.mark.parametrize(
    ("changed", "runbook"),
    [
        ({"dead": 1}, Runbook.DEAD_LETTERS),
        ({"failures": 1}, Runbook.FUNCTION_ERRORS),
        ({"failed": [load(status="failed")]}, Runbook.DEAD_LETTERS),
        ({"stuck": [load(status="loading")]}, Runbook.NO_LOAD),
        ({"alarms": [msgspec.structs.replace(ALARM, state="ALARM")]}, Runbook.NO_LOAD),
        ({"functions": [msgspec.structs.replace(FUNCTION, state="Failed")]},
         Runbook.FUNCTION_ERRORS),
        ({"functions": [msgspec.structs.replace(FUNCTION, last_update="Failed")]},
         Runbook.FUNCTION_ERRORS),
        ({"functions": [msgspec.structs.replace(FUNCTION, state="Deleted")]},
         Runbook.FUNCTION_ERRORS),
        ({"publishings": Publishings(None, NOW, LAG_LIMIT_MS + 1)}, Runbook.PUBLISH_LAG),
        ({"cost": cost(lambda_requests=1_000_001)}, Runbook.BUDGET),
    ],
)  # fmt: skip
def test_each_problem_leads_to_its_runbook(changed, runbook):
    assert runbooks_of(**changed) == [runbook]


def test_counts_that_do_not_add_up_are_a_finding():
    assert runbooks_of([load(read=2)], built(NOW)) == [Runbook.DEAD_LETTERS]


def test_a_catalogue_older_than_the_last_load_is_behind():
    assert runbooks_of([load()], built(NOW - 2 * HOUR_MS)) == [Runbook.PUBLISH_LAG]
    assert runbooks_of([load()], None) == [Runbook.PUBLISH_LAG]


def test_a_load_that_just_finished_may_still_be_published():
    assert runbooks_of([load(at=NOW - 1000)], built(NOW - 2 * HOUR_MS)) == []


def test_a_damaged_catalogue_is_a_finding():
    assert runbooks_of([load()], "The file is not a catalogue.") == [Runbook.PUBLISH_LAG]


def test_the_embedded_aws_costs_nothing():
    assert runbooks_of(cost=cost(lambda_requests=1_000_001), is_emulated=True) == []


def test_a_load_is_stuck_after_its_last_possible_delivery():
    slow = load(status="loading", at=NOW - HOUR_MS)
    assert stuck_loads([slow], now=NOW, timeout_ms=HOUR_MS) == [slow]
    assert stuck_loads([slow, load()], now=NOW, timeout_ms=HOUR_MS + 1) == []


def test_every_runbook_has_its_page_and_every_alarm_its_runbook():
    checkout = find_checkout()
    pages = {page.stem for page in (checkout.template.parents[1] / "docs/runbooks").glob("*.md")}
    assert {page.value for page in Runbook} == pages - {"README"}
    for properties in deployed_alarms():
        description = properties["AlarmDescription"]
        alarm = msgspec.structs.replace(ALARM, description=description)
        assert f"docs/runbooks/{runbook_of(alarm)}.md" in description


def test_the_publish_lag_limit_is_that_of_the_alarm():
    (alarm,) = [alarm for alarm in deployed_alarms() if alarm.get("MetricName") == "PublishLagMs"]
    assert alarm["Threshold"] == LAG_LIMIT_MS


def test_failures_are_counted_over_the_window_of_the_alarm():
    (alarm,) = [alarm for alarm in deployed_alarms() if alarm.get("MetricName") == "FunctionErrors"]
    assert alarm["Period"] * alarm["EvaluationPeriods"] * 1000 == FAILURES_WINDOW_MS


def deployed_alarms():
    """Return the properties of the alarms of prod in the template."""
    return deployed("AWS::CloudWatch::Alarm")


def deployed(kind):
    """Return the properties of prod's resources of a type."""
    template = Template.read(find_checkout().template)
    resources = template.resources({"Stage": "prod", "Target": "aws"})
    return [one.properties for one in resources if one.type == kind]


def test_a_deleted_function_does_not_break_the_report():
    class Lambda:
        def get_function_configuration(self, **_):
            error = {"Error": {"Code": "ResourceNotFoundException", "Message": "not found"}}
            raise ClientError(error, "GetFunctionConfiguration")

    state = Functions(SimpleNamespace(lambda_=Lambda())).state("transform")
    assert state.failed
    assert runbooks_of(functions=[state]) == [Runbook.FUNCTION_ERRORS]


def test_without_alarms_cloudwatch_is_not_called():
    assert read_alarm_states(None, []) == []


def test_an_alarm_without_a_runbook_leads_to_that_of_function_errors():
    assert runbook_of(msgspec.structs.replace(ALARM, description="")) is Runbook.FUNCTION_ERRORS
