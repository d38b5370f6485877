"""boto3 clients of one account and region, each created on first use; the only place for boto3."""

from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

import boto3
import botocore.session
from botocore.config import Config

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


class Clients:
    """The clients of one account and region, with one set of credentials.

    Without arguments boto3's own rules apply (environment, profile, role), as in a Lambda function.
    `endpoint_url` is the address of the embedded AWS.
    """

    def __init__(
        self,
        *,
        endpoint_url: str | None = None,
        region: str | None = None,
        access_key_id: str | None = None,
        secret_access_key: str | None = None,
        timeouts: ClientTimeouts = UNATTENDED,
    ) -> None:
        self.endpoint_url = endpoint_url
        # An endpoint with keys excludes the machine's AWS profile; any endpoint excludes proxies.
        is_explicit = endpoint_url and access_key_id
        variables = {"profile": (None, None, None, None)} if is_explicit else None
        self._session = boto3.Session(
            botocore_session=botocore.session.Session(variables),
            aws_access_key_id=access_key_id,
            aws_secret_access_key=secret_access_key,
            region_name=region,
        )
        self._config = Config(
            connect_timeout=timeouts.connect_s,
            read_timeout=timeouts.read_s,
            retries={"mode": "standard", "total_max_attempts": timeouts.attempts},
            proxies={} if endpoint_url else None,
            # "virtual" puts the bucket's region into links; without it they may not resolve.
            s3={"addressing_style": "path" if endpoint_url else "virtual"},
            max_pool_connections=32,
        )

    @property
    def region(self) -> str:
        """The region of all clients; empty if none is configured."""
        return self._session.region_name or ""

    @cached_property
    def endpoint(self) -> str | None:
        """The endpoint, as given or configured for boto3; None for AWS's public addresses."""
        if self.endpoint_url:
            return self.endpoint_url
        unconfigured = Config(ignore_configured_endpoint_urls=True)  # type: ignore[call-arg]  # missing in the stubs
        public = self._session.client("cloudformation", config=unconfigured)
        configured = self.cloudformation.meta.endpoint_url
        return None if configured == public.meta.endpoint_url else configured.rstrip("/")

    @cached_property
    def s3(self) -> "S3Client":
        """Raw and rejected objects, and the published catalogue.

        Links are signed with version 4, because new buckets refuse botocore's default for links.
        """
        config = self._config.merge(Config(signature_version="s3v4"))
        return self._session.client("s3", endpoint_url=self.endpoint_url, config=config)

    @cached_property
    def sqs(self) -> "SQSClient":
        """The queue between raw objects and the transform function."""
        return self._session.client("sqs", endpoint_url=self.endpoint_url, config=self._config)

    @cached_property
    def dynamodb(self) -> "DynamoDBClient":
        """The drinks and loads tables.

        botocore's parameter validation is off, because it takes half of a call's CPU time. The
        integration tests check that the items of `stores.items` follow DynamoDB's rules.
        """
        config = self._config.merge(Config(parameter_validation=False))
        return self._session.client("dynamodb", endpoint_url=self.endpoint_url, config=config)

    @cached_property
    def lambda_(self) -> "LambdaClient":
        """Invokes functions manually: waits as long as they may run, and never retries."""
        config = Config(
            read_timeout=LONGEST_INVOCATION_S, retries={"mode": "standard", "total_max_attempts": 1}
        )
        config = self._config.merge(config)
        return self._session.client("lambda", endpoint_url=self.endpoint_url, config=config)

    @cached_property
    def cloudformation(self) -> "CloudFormationClient":
        """Deploys the template."""
        return self._session.client(
            "cloudformation", endpoint_url=self.endpoint_url, config=self._config
        )

    @cached_property
    def iam(self) -> "IAMClient":
        """The deployer's role in the embedded AWS."""
        return self._session.client("iam", endpoint_url=self.endpoint_url, config=self._config)

    @cached_property
    def logs(self) -> "CloudWatchLogsClient":
        """The functions' logs."""
        return self._session.client("logs", endpoint_url=self.endpoint_url, config=self._config)

    @cached_property
    def cloudwatch(self) -> "CloudWatchClient":
        """The alarms."""
        return self._session.client(
            "cloudwatch", endpoint_url=self.endpoint_url, config=self._config
        )

    @cached_property
    def ssm(self) -> "SSMClient":
        """The key of the ops endpoints."""
        return self._session.client("ssm", endpoint_url=self.endpoint_url, config=self._config)

    @cached_property
    def sts(self) -> "STSClient":
        """The identity of the credentials."""
        return self._session.client("sts", endpoint_url=self.endpoint_url, config=self._config)

    @cached_property
    def cost_explorer(self) -> "CostExplorerClient":
        """The account's bill; served in one region, and never retried: each request costs."""
        once = self._config.merge(Config(retries={"mode": "standard", "total_max_attempts": 1}))
        return self._session.client("ce", region_name="us-east-1", config=once)

    @cached_property
    def free_tier(self) -> "FreeTierClient":
        """The account's free limits; served in one region."""
        return self._session.client("freetier", region_name="us-east-1", config=self._config)
