"""Clients of one account and region, each created on first use; the only place that creates them.

They are botocore's, which are boto3's without its resources and transfers: importing boto3 itself
would take a third of a function's cold start.
"""

from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

import botocore.session
from botocore.config import Config

from mocktailverse.stores.encoded_puts import encode_puts
from mocktailverse.stores.service_files import ServiceFiles

if TYPE_CHECKING:
    from types_boto3_ce.client import CostExplorerClient
    from types_boto3_cloudformation.client import CloudFormationClient
    from types_boto3_cloudwatch.client import CloudWatchClient
    from types_boto3_dynamodb.client import DynamoDBClient
    from types_boto3_freetier.client import FreeTierClient
    from types_boto3_iam.client import IAMClient
    from types_boto3_lambda.client import LambdaClient
    from types_boto3_logs.client import CloudWatchLogsClient
    from types_boto3_s3.client import S3Client
    from types_boto3_scheduler.client import EventBridgeSchedulerClient
    from types_boto3_sns.client import SNSClient
    from types_boto3_sqs.client import SQSClient
    from types_boto3_ssm.client import SSMClient
    from types_boto3_sts.client import STSClient

LONGEST_INVOCATION_S = 910
"""Lambda's longest timeout is 900 s."""


class ClientTimeouts(NamedTuple):
    """Timeouts of a call, and its number of attempts."""

    connect_s: float
    read_s: float
    """Longest wait between two bytes."""
    attempts: int


UNATTENDED: Final = ClientTimeouts(connect_s=5, read_s=20, attempts=4)
INTERACTIVE: Final = ClientTimeouts(connect_s=2, read_s=5, attempts=2)
"""Fails fast: a person waits, and can retry."""

_NO_RETRIES = Config(retries={"mode": "standard", "total_max_attempts": 1})

_SERVICE_FILES = ServiceFiles()
"""Reads the files of each service once for all sessions."""

_BILLING_REGION = "us-east-1"
"""The only region that serves the figures of the whole account."""


def _client(
    service: str, changes: Config | None = None, region: str | None = None
) -> "cached_property[Any]":
    """Return a property that creates a client on first use; `changes` overrides its options."""
    return cached_property(lambda clients: clients.create(service, changes, region))


class Clients:
    """The clients of one account and region, with one set of credentials.

    Without arguments boto3's own rules apply (environment, profile, role), as in a Lambda function.
    `endpoint_url` is the address of the embedded AWS.
    """

    s3: "cached_property[S3Client]" = _client("s3", Config(signature_version="s3v4"))
    """Signs links with version 4, because new buckets refuse botocore's default for links."""
    sqs: "cached_property[SQSClient]" = _client("sqs")
    dynamodb_streams: "cached_property[Any]" = _client("dynamodbstreams")
    lambda_: "cached_property[LambdaClient]" = _client(
        "lambda", _NO_RETRIES.merge(Config(read_timeout=LONGEST_INVOCATION_S))
    )
    """Invokes functions manually: waits as long as they may run, and never retries."""
    cloudformation: "cached_property[CloudFormationClient]" = _client("cloudformation")
    iam: "cached_property[IAMClient]" = _client("iam")
    """The deployer's role in the embedded AWS."""
    logs: "cached_property[CloudWatchLogsClient]" = _client("logs")
    cloudwatch: "cached_property[CloudWatchClient]" = _client("cloudwatch")
    sns: "cached_property[SNSClient]" = _client("sns")
    """The subscriptions to the alarms."""
    ssm: "cached_property[SSMClient]" = _client("ssm")
    """The key of the ops endpoints."""
    scheduler: "cached_property[EventBridgeSchedulerClient]" = _client("scheduler")
    """What starts the functions by time."""
    sts: "cached_property[STSClient]" = _client("sts")
    cost_explorer: "cached_property[CostExplorerClient]" = _client(
        "ce", _NO_RETRIES, _BILLING_REGION
    )
    """The account's bill; never retried, because each request costs."""
    free_tier: "cached_property[FreeTierClient]" = _client("freetier", region=_BILLING_REGION)
    """The account's free limits."""

    def __init__(
        self,
        *,
        endpoint_url: str | None = None,
        region: str | None = None,
        access_key_id: str | None = None,
        secret_access_key: str | None = None,
        timeouts: ClientTimeouts = UNATTENDED,
    ) -> None:
        self._again = partial(
            Clients,
            endpoint_url=endpoint_url,
            region=region,
            access_key_id=access_key_id,
            secret_access_key=secret_access_key,
            timeouts=timeouts,
        )
        self.endpoint_url = endpoint_url
        # An endpoint with keys excludes the machine's AWS profile; any endpoint excludes proxies.
        is_explicit = endpoint_url and access_key_id
        variables = {"profile": (None, None, None, None)} if is_explicit else None
        self._session = botocore.session.Session(variables)
        self._session.register_component("data_loader", _SERVICE_FILES)
        if access_key_id and secret_access_key:
            self._session.set_credentials(access_key_id, secret_access_key)
        if region:
            self._session.set_config_variable("region", region)
        self._config = Config(
            connect_timeout=timeouts.connect_s,
            read_timeout=timeouts.read_s,
            retries={"mode": "standard", "total_max_attempts": timeouts.attempts},
            proxies={} if endpoint_url else None,
            # "virtual" puts the bucket's region into links; without it they may not resolve.
            s3={"addressing_style": "path" if endpoint_url else "virtual"},
            max_pool_connections=32,
        )

    @cached_property
    def dynamodb(self) -> "DynamoDBClient":
        """Writes without botocore's parameter validation and serialization of items.

        They take most of a call's CPU time. The integration tests check that the items of
        `stores.items` follow DynamoDB's rules.
        """
        client = cast(
            "DynamoDBClient", self.create("dynamodb", Config(parameter_validation=False), None)
        )
        encode_puts(client)
        return client

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle the arguments alone: another process creates clients of its own."""
        return self._again, ()

    def create(self, service: str, changes: Config | None, region: str | None) -> object:
        """Return a new client; one of another region uses AWS's own endpoint there."""
        return self._session.create_client(
            service,
            region,
            endpoint_url=None if region else self.endpoint_url,
            config=self._config.merge(changes) if changes else self._config,
        )

    @property
    def region(self) -> str:
        """The region of all clients; empty if none is configured."""
        return self._session.get_config_variable("region") or ""

    @cached_property
    def endpoint(self) -> str | None:
        """The endpoint, as given or configured for boto3; None for AWS's public addresses."""
        if self.endpoint_url:
            return self.endpoint_url
        unconfigured = Config(ignore_configured_endpoint_urls=True)  # type: ignore[call-arg]  # missing in the stubs
        public = self._session.create_client("cloudformation", config=unconfigured)
        configured = self.cloudformation.meta.endpoint_url
        return None if configured == public.meta.endpoint_url else configured.rstrip("/")
