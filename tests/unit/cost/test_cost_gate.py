"""The cost gate reports each change of the template that costs money, one change at a time."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from mocktailverse.checkout import find_checkout
from mocktailverse.cli import cost_command
from mocktailverse.cli.main import app
from mocktailverse.errors import UsageError

CHECKOUT = find_checkout()
CODE = CHECKOUT.source / "functions"


@pytest.fixture
def check(tmp_path, monkeypatch) -> Callable[..., Any]:
    """Return a function that edits a copy and runs `mocktailverse cost --check` on it."""

    class Copy:
        template = tmp_path / "template.yaml"
        environments = tmp_path / "environments.toml"
        source = tmp_path

    Copy.template.write_text(CHECKOUT.template.read_text())
    Copy.environments.write_text(CHECKOUT.environments.read_text())
    (tmp_path / "functions").mkdir()
    for module in CODE.glob("*.py"):
        (tmp_path / "functions" / module.name).write_text(module.read_text())
    monkeypatch.setattr(cost_command, "find_checkout", lambda: Copy)

    def run_check(file: str = "", place: str = "", new: str = "") -> tuple[int, list[str]]:
        if file:
            edited(tmp_path / file, place, new)
        result = CliRunner().invoke(app, ["cost", "--check", "--json"], catch_exceptions=False)
        return result.exit_code, json.loads(result.stdout)["problems"]

    return run_check


def edited(path: Path, place: str, new: str) -> None:
    text, number = re.subn(place, new, path.read_text(), count=1, flags=re.MULTILINE)
    assert number, f"{place!r} does not occur in the file"
    path.write_text(text)


def test_an_unchanged_copy_passes(check):
    assert check() == (0, [])


# ---- resources outside the model

KINDS = [
    "AWS::EC2::NatGateway", "AWS::EC2::VPC", "AWS::EC2::VPCEndpoint", "AWS::EC2::EIP",
    "AWS::KMS::Key", "AWS::Kinesis::Stream", "AWS::KinesisFirehose::DeliveryStream",
    "AWS::WAFv2::WebACL", "AWS::StepFunctions::StateMachine", "AWS::Serverless::StateMachine",
    "AWS::SecretsManager::Secret", "AWS::SSM::Parameter", "AWS::ElastiCache::ReplicationGroup",
    "AWS::ElastiCache::ServerlessCache", "AWS::CloudFront::Distribution", "AWS::RDS::DBInstance",
    "AWS::OpenSearchService::Domain", "AWS::ApiGateway::RestApi", "AWS::Serverless::Api",
    "AWS::Serverless::HttpApi", "AWS::Lambda::Function",
    "AWS::Lambda::Version", "AWS::Serverless::SimpleTable", "AWS::DynamoDB::GlobalTable",
    "AWS::ApplicationAutoScaling::ScalableTarget", "AWS::CloudWatch::CompositeAlarm",
    "AWS::CloudWatch::AnomalyDetector", "AWS::CloudWatch::MetricStream",
    "AWS::CloudWatch::InsightRule", "AWS::Logs::SubscriptionFilter", "AWS::Logs::Destination",
    "AWS::Synthetics::Canary", "AWS::XRay::Group", "AWS::Events::Rule", "AWS::Events::Archive",
    "AWS::Pipes::Pipe", "AWS::CloudTrail::Trail", "AWS::Config::ConfigRule",
    "AWS::GuardDuty::Detector", "AWS::Backup::BackupPlan", "AWS::ECS::Service",
    "AWS::ECR::Repository", "AWS::CloudFormation::Stack", "AWS::Serverless::Application",
    "AWS::Route53::HostedZone", "AWS::Budgets::BudgetsAction", "AWS::SES::ConfigurationSet",
    "AWS::Cognito::UserPool", "Custom::Anything",
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_resource_outside_the_model_is_reported(check, kind):
    code, problems = check(
        "template.yaml", r"^Resources:$", f"Resources:\n  Extra:\n    Type: {kind}\n"
    )
    assert code == 1
    assert {text.partition(": ")[2] for text in problems} == {
        f"Extra is a {kind}, which is not known to be free."
    }


def test_a_resource_of_only_one_environment_is_reported(check):
    added = (
        "Resources:\n  Extra:\n    Type: AWS::EC2::NatGateway\n    Condition: IsProd\n"
        "    Properties: {SubnetId: s}"
    )
    code, (problem,) = check("template.yaml", r"^Resources:$", added)
    assert (code, problem.partition(":")[0]) == (1, "prod")


# ---- changes of existing resources

TABLE = r"^      StreamSpecification: .*$"
MAPPING = r"^      BatchSize: 10$"
FUNCTION = r"^      MemorySize: 512$"
BUCKET = r"^      VersioningConfiguration: .*$"
QUEUE = r"^      QueueName: .*$"
TOPIC = r"^      TopicName: .*$"
ALIAS = r"^      Name: live$"
STAGE = r"^      AutoDeploy: true$"
PROPERTIES = [
    (TABLE, "TableClass: STANDARD_INFREQUENT_ACCESS"),
    (TABLE, "SSESpecification: {SSEEnabled: true, SSEType: KMS}"),
    (TABLE, "Replicas: [{Region: eu-west-1}]"),
    (TABLE, "KinesisStreamSpecification: {StreamArn: arn}"),
    (MAPPING, "ProvisionedPollerConfig: {MinimumPollers: 2}"),
    (MAPPING, "MetricsConfig: {Metrics: [EventCount]}"),
    (FUNCTION, "ProvisionedConcurrencyConfig: {ProvisionedConcurrentExecutions: 1}"),
    (ALIAS, "ProvisionedConcurrencyConfig: {ProvisionedConcurrentExecutions: 1}"),
    (FUNCTION, "AutoPublishAlias: live"),
    (FUNCTION, "EphemeralStorage: {Size: 10240}"),
    (FUNCTION, "VpcConfig: {SubnetIds: [a]}"),
    (FUNCTION, "Tracing: Active"),
    (FUNCTION, "KmsKeyArn: arn"),
    (FUNCTION, "SnapStart: {ApplyOn: PublishedVersions}"),
    (FUNCTION, "Events: {Tick: {Type: Schedule, Properties: {Schedule: rate(1 minute)}}}"),
    (FUNCTION, "LoggingConfig: {ApplicationLogLevel: DEBUG}"),
    (FUNCTION, "PackageType: Image"),
    (BUCKET, "MetricsConfigurations: [{Id: all}]"),
    (BUCKET, "ReplicationConfiguration: {Role: r}"),
    (BUCKET, "AccelerateConfiguration: {AccelerationStatus: Enabled}"),
    (QUEUE, "FifoQueue: true"),
    (QUEUE, "KmsMasterKeyId: alias/mine"),
    (TOPIC, "KmsMasterKeyId: alias/mine"),
    (STAGE, "AccessLogSettings: {DestinationArn: arn}"),
]


@pytest.mark.parametrize(("place", "line"), PROPERTIES)
def test_a_property_outside_the_model_is_reported(check, place, line):
    code, problems = check("template.yaml", place, rf"\g<0>\n      {line}")
    assert code == 1
    name = line.partition(":")[0]
    ending = f"has {name}, which costs or is not known to be free."
    assert any(text.endswith(ending) for text in problems), problems


def mapped(setting: str, stage: str) -> str:
    """Return a pattern for a stage's value in the mapping `Stages`; its group is what precedes."""
    return rf"^(    {setting}: .*\b{stage}: )[^,}}]+"


THROTTLE = r"^        ThrottlingRateLimit: .*"
FILTERED = r"^          MetricName: FunctionErrors$"
CAPACITY = r"BillingMode: !If \[IsOnDemand, PAY_PER_REQUEST, PROVISIONED\]"
LOG_NAME = r"^      LogGroupName: !Sub /aws/lambda/mocktailverse-fetch-.*$"
CHANGES = [
    # capacity
    (mapped("Drinks", "dev"), r"\g<1>5", "28 of 25 free WCU a month (dev 7"),
    (mapped("LoadsByDay", "prod"), r"\g<1>3", "read capacity: 26 of 25 free RCU"),
    (r"Default: provisioned", "Default: on-demand", "DrinksTable is on demand"),
    (CAPACITY, "BillingMode: PAY_PER_REQUEST", "DrinksTable is on demand"),
    (
        r"^          Projection: \{ProjectionType: ALL\}$",
        r"\g<0>\n          ContributorInsightsSpecification: {Enabled: true}",
        "LoadsTable has ContributorInsightsSpecification",
    ),
    # polling
    (
        r"EventSourceArn: !GetAtt Queue.Arn",
        "EventSourceArn: arn:aws:kinesis:us-east-1:1:stream/s",
        "TransformRawObjects polls something that is neither",
    ),
    # functions
    (r"^  Function:$", "  Function:\n    Tracing: Active", "TransformFunction has Tracing"),
    (mapped("TransformMb", "prod"), r"\g<1>102400", "Lambda, computing (arm64): "),
    (
        r"^          POWERTOOLS_SERVICE_NAME: publish$",
        r"\g<0>\n          POWERTOOLS_LOG_LEVEL: DEBUG",
        "PublishFunction sets POWERTOOLS_LOG_LEVEL",
    ),
    (
        r"functions.fetch.handler", "functions.more.handler",
        "FetchFunction is a function that no",
    ),
    # schedules
    (mapped("FetchThecocktaildb", "prod"), r"\1rate(5 minutes)", "What is not free costs"),
    (mapped("Reconcile", "dev"), r"\1rate(1 minute)", "What is not free costs"),
    (mapped("Reconcile", "prod"), r"\1rate(10 minutes)", "What is not free costs"),
    (mapped("Reconcile", "prod"), r"\1rate(0 hours)", "ReconcileSchedule cannot be counted"),
    (
        r"Arn: !Ref ReconcileAlias\n        RoleArn",
        "Arn: !GetAtt PublishFunction.Arn\n        RoleArn",
        "ReconcileSchedule starts PublishFunction",
    ),
    # CloudWatch
    (r"^      RetentionInDays: .*\n", "", "TransformLogs has no RetentionInDays"),
    (LOG_NAME, "      LogGroupName: elsewhere", "FetchFunction has no log group"),
    (r"^      Period: 300$", "      Period: 10", "DeadLetterAlarm has a high resolution"),
    (FILTERED, r"\g<0>\n          Dimensions: [{Key: k}]", "TransformFailures has dimensions"),
    (FILTERED, "          MetricName: Other", "custom metrics: 13 of 10 free"),
    (r"METRICS_DISABLED: .*$", "METRICS_DISABLED: 'false'", "custom metrics: 16 of 10 free"),
    (
        r"(  NoLoadAlarm:\n.*\n)    Condition: .*\n",
        r"\1",
        "alarms: 11 of 10 free alarms a month (dev 3, staging 3, prod 5), 0.10 USD",
    ),
    # other resources
    (r"SSEAlgorithm: AES256", "SSEAlgorithm: aws:kms", "DataBucket names a KMS key"),
    (
        r"^            ExpirationInDays: 30$",
        r"\g<0>\n            Transitions: [{StorageClass: GLACIER, TransitionInDays: 1}]",
        "DataBucket has Transitions",
    ),
    (r"ProtocolType: HTTP", "ProtocolType: WEBSOCKET", "Api is a WEBSOCKET API"),
    (THROTTLE, r"        DetailedMetricsEnabled: true\n\g<0>", "has DetailedMetricsEnabled"),
    (THROTTLE + r"\n", "", "ApiStage has no ThrottlingRateLimit"),
    (mapped("ApiRequestsPerS", "prod"), r"\g<1>99", "rate limits costs"),
    (STAGE, r"\g<0>\n      RouteSettings: {GET /x: {}}", "has RouteSettings"),
    (r"RouteKey: \$default", "RouteKey: GET /more", "ApiStage has the route GET /more with a rate"),
    (r"^          MOCKTAILVERSE_API_GB.*\n", "", "ApiFunction has no MOCKTAILVERSE_API_GB_PER_DAY"),
    (mapped("ApiGbPerDay", "prod"), r"\1'2'", "APIs' limits sends 101.1 GB"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("place", "line"),
    [
        (r"^      ProtocolType: HTTP$", "CorsConfiguration: {AllowOrigins: ['*']}"),
        (r"^      AutoDeploy: true$", "Description: the only stage"),
        (r"^      IntegrationType: AWS_PROXY$", "Description: the function"),
    ],
)
def test_a_free_property_is_not_a_problem(check, place, line):
    assert check("template.yaml", place, rf"\g<0>\n      {line}") == (0, [])


@pytest.mark.parametrize(("place", "new", "message"), CHANGES)
def test_a_change_of_the_template_that_costs_money_is_reported(check, place, new, message):
    code, problems = check("template.yaml", place, new)
    assert code == 1
    assert any(message in text for text in problems), problems


def test_only_emails_are_free_notifications(check, tmp_path):
    mail = r'\1alarm_email = "me@example.org"'
    edited(tmp_path / "environments.toml", r'(\[prod\](?s:.*?))alarm_email = "rehearsal"', mail)
    assert check() == (0, [])
    code, (problem,) = check("template.yaml", "Protocol: email", "Protocol: sms")
    assert code == 1
    assert problem.startswith("prod: AlarmSubscription sends by sms, which costs")


ALARM_METRICS = {
    "Expression: SELECT AVG(Errors) FROM Everything": "all metrics that a query returns",
    "Expression: SUM(SEARCH('x', 'Sum', 60))": "all metrics that a query returns",
    "Expression: ANOMALY_DETECTION_BAND(a)": "detects anomalies",
    "MetricStat: {Stat: Sum, Period: 10}": "high resolution",
}


@pytest.mark.parametrize("metric", ALARM_METRICS)
def test_an_alarm_that_counts_as_several_alarms_is_reported(check, metric):
    added = f"""Resources:
  Extra:
    Type: AWS::CloudWatch::Alarm
    Condition: IsProd
    Properties:
      Metrics: [{{Id: a, {metric}}}]"""
    code, problems = check("template.yaml", r"^Resources:$", added)
    assert code == 1
    assert any(ALARM_METRICS[metric] in text for text in problems), problems


def test_a_dashboard_with_too_many_metrics_is_reported(check):
    many = ", ".join(f'["N", "M{n}"]' for n in range(60))
    code, (problem,) = check(
        "template.yaml", r'\["mocktailverse-\$\{Stage\}","FunctionErrors"\]', many
    )
    assert code == 1
    assert re.search(r"shows \d+ metrics; a free dashboard has at most 50", problem)


IN_DEV = r"(\[dev\](?s:.*?))"
IN_PROD = r"(\[prod\](?s:.*?))"
FETCH = r'db = \{schedule = ".*?"'
RECONCILE = r'reconcile = \{schedule = ".*?"'
FILE_CHANGES = [
    ("drinks = 12", "drinks = 13", "26 of 25 free WCU a month (dev 4, staging 4, prod 18)"),
    ("loads_by_day = 2", "loads_by_day = 20", "write capacity: 43 of 25"),
    (IN_PROD + '"provisioned"', r'\1"on-demand"', "prod: LoadsTable is on demand"),
    (IN_PROD + FETCH, r'\1db = {schedule = "rate(5 minutes)"', "not free"),
    (IN_DEV + RECONCILE, r'\1reconcile = {schedule = "rate(1 minute)"', "not free"),
    (IN_DEV + r"db = \{.*$", r'\1db = {schedule = "rate(5 minutes)", enabled = true}', "free"),
    (IN_PROD + FETCH, r'\1db = {schedule = "rate(soon)"', "not a schedule"),
    (IN_PROD + "requests_per_s = 2", r"\1requests_per_s = 50", "rate limits costs"),
    (IN_DEV + "gb_per_day = 0.3", r"\1gb_per_day = 1", "sends 107.3 GB, with the dashboards"),
]  # fmt: skip


@pytest.mark.parametrize(("place", "new", "message"), FILE_CHANGES)
def test_a_change_of_the_environments_is_reported_before_the_template_is_regenerated(
    check, place, new, message
):
    code, problems = check("environments.toml", place, new)
    assert code == 1
    assert any(message in text for text in problems), problems


@pytest.mark.usefixtures("check")
def test_larger_functions_and_a_longer_log_retention_are_counted(tmp_path):
    """Each change is free at the reference workload, but the amounts must grow."""

    def amounts() -> dict[str, float]:
        result = CliRunner().invoke(app, ["cost", "--reference", "--json"])
        return {line["usage"]: line["month"] for line in json.loads(result.stdout)["lines"]}

    before = amounts()
    file, template = tmp_path / "environments.toml", tmp_path / "template.yaml"
    edited(file, IN_PROD + "transform = 1024", r"\1transform = 10240")
    edited(file, "logs = 30", "logs = 1827")
    edited(template, r"(FetchRole.Arn\n      Timeout: )300", r"\g<1>900")
    edited(template, r"^      MemorySize: 256\n", "")
    after = amounts()
    days = 730 / 24
    fetch_gb_s = days * (900 * 128 - 300 * 256) / 1024
    transform_gb_s = days * 160 * 9
    assert after["lambda_gb_s"] - before["lambda_gb_s"] == pytest.approx(
        fetch_gb_s + transform_gb_s
    )
    written = 3_000 * (80 * days + days + 730 / 6 + 10_000) / 10**9
    assert after["log_gb"] - before["log_gb"] == pytest.approx(written * (1827 - 30) / days)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ('metrics.add_dimension("source", name)', "publish.py calls add_dimension"),
        ("with single_metric(name='x') as m: pass", "publish.py calls single_metric"),
        ("@metrics.log_metrics(capture_cold_start_metric=True)", "capture_cold_start_metric"),
        ('clients.cloudwatch.put_metric_data(Namespace="n")', "put_metric_data"),
        (
            "metrics.add_metric(name, unit, 1)",
            "publish.py adds a metric whose name is computed",
        ),
        ('metrics.add_metric(name="A", unit=u, value=1)', "custom metrics: 13 of 10 free"),
    ],
)
def test_code_that_multiplies_metrics_is_reported(check, tmp_path, code, message):
    module = tmp_path / "functions" / "publish.py"
    module.write_text(f"{module.read_text()}\n{code}\n")
    exit_code, problems = check()
    assert exit_code == 1
    assert any(message in text for text in problems), problems


def test_metrics_of_a_module_without_a_handler_are_reported(check, tmp_path):
    (tmp_path / "functions" / "more").mkdir()
    for module in ("failures.py", "more/deep.py"):
        path = tmp_path / "functions" / module
        path.write_text('metrics.add_metric("A", unit, 1)\n')
    code, problems = check()
    assert code == 1
    assert any("failures.py adds metrics, but has no handler" in text for text in problems)
    assert any("deep.py adds metrics, but has no handler" in text for text in problems)


def test_resources_of_a_loop_are_not_ignored(check):
    looped = "Resources:\n  Fn::ForEach::Extra:\n    - Name\n    - [a, b]\n    - {}\n"
    code, problems = check("template.yaml", r"^Resources:$", looped)
    assert code == 1
    assert any("Fn::ForEach::Extra" in text for text in problems), problems


def test_a_macro_of_the_account_is_not_ignored(check):
    code, problems = check("template.yaml", r"^Transform:$", "Transform:\n  - Mine")
    assert code == 1
    assert any("Mine" in text for text in problems), problems


@pytest.mark.parametrize(
    ("place", "new", "message"),
    [
        (r"^    Condition: IsOnAws$", "    Condition: Never", "condition Never"),
        (r"Stages, LogDays,", "Stages, LogWeeks,", "dev of LogWeeks in its mapping Stages"),
    ],
)
def test_an_undefined_name_in_the_template_is_an_error(check, place, new, message):
    with pytest.raises(UsageError, match=message):
        check("template.yaml", place, new)
