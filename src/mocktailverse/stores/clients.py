"""boto3 clients, made here and nowhere else, each on first use."""

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
"""Lambda ends every invocation after 900 s."""


class Patience(NamedTuple):
    """How long a call waits for a connection and between two bytes, and how often it is tried."""

    connect_s: float
    read_s: float
    attempts: int


UNHURRIED: Final = Patience(connect_s=5, read_s=20, attempts=4)
INTERACTIVE: Final = Patience(connect_s=2, read_s=5, attempts=2)
"""Somebody waits for the answer, and can ask again."""


class Clients:
    """One account and region, reached with one set of credentials.

    Without arguments boto3's own rules apply (environment, profile, role), as inside a Lambda
    function. `endpoint_url` points at the embedded AWS.
    """

    def __init__(
        self,
        *,
        endpoint_url: str | None = None,
        region: str | None = None,
        access_key_id: str | None = None,
        secret_access_key: str | None = None,
        patience: Patience = UNHURRIED,
    ) -> None:
        self.endpoint_url = endpoint_url
        # With an endpoint and keys given, the host's AWS profile has no say, and no proxy ever.
        alone = endpoint_url and access_key_id
        variables = {"profile": (None, None, None, None)} if alone else None
        self._session = boto3.Session(
            botocore_session=botocore.session.Session(variables),
            aws_access_key_id=access_key_id,
            aws_secret_access_key=secret_access_key,
            region_name=region,
        )
        self._config = Config(
            connect_timeout=patience.connect_s,
            read_timeout=patience.read_s,
            retries={"mode": "standard", "total_max_attempts": patience.attempts},
            proxies={} if endpoint_url else None,
            # "virtual" makes links name the bucket's region, as others may lead nowhere.
            s3={"addressing_style": "path" if endpoint_url else "virtual"},
            max_pool_connections=32,
        )

    @property
    def region(self) -> str:
        """The region all clients speak to; empty where none is configured."""
        return self._session.region_name or ""

    @cached_property
    def endpoint(self) -> str | None:
        """Where AWS is, if not at its public addresses: as given, or as boto3's settings say."""
        if self.endpoint_url:
            return self.endpoint_url
        unconfigured = Config(ignore_configured_endpoint_urls=True)  # type: ignore[call-arg]  # the stubs do not know it
        public = self._session.client("cloudformation", config=unconfigured)
        configured = self.cloudformation.meta.endpoint_url
        return None if configured == public.meta.endpoint_url else configured.rstrip("/")

    @cached_property
    def s3(self) -> "S3Client":
        """Raw and rejected objects, and the published catalogue.

        Links are signed with version 4, too: new buckets refuse botocore's default for them.
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

        Without botocore's own parameter check, which costs half of a call's CPU time: items
        are built by `stores.items`, which the integration tests hold to DynamoDB's rules.
        """
        config = self._config.merge(Config(parameter_validation=False))
        return self._session.client("dynamodb", endpoint_url=self.endpoint_url, config=config)

    @cached_property
    def lambda_(self) -> "LambdaClient":
        """Invoking functions by hand: as long as they may take, and never twice."""
        patient = Config(
            read_timeout=LONGEST_INVOCATION_S, retries={"mode": "standard", "total_max_attempts": 1}
        )
        config = self._config.merge(patient)
        return self._session.client("lambda", endpoint_url=self.endpoint_url, config=config)

    @cached_property
    def cloudformation(self) -> "CloudFormationClient":
        """Deploying the template."""
        return self._session.client(
            "cloudformation", endpoint_url=self.endpoint_url, config=self._config
        )

    @cached_property
    def iam(self) -> "IAMClient":
        """The embedded AWS's deployer."""
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
        """Whose credentials these are."""
        return self._session.client("sts", endpoint_url=self.endpoint_url, config=self._config)

    @cached_property
    def cost_explorer(self) -> "CostExplorerClient":
        """The account's bill; served in one region for all, and never asked twice: that costs."""
        once = self._config.merge(Config(retries={"mode": "standard", "total_max_attempts": 1}))
        return self._session.client("ce", region_name="us-east-1", config=once)

    @cached_property
    def free_tier(self) -> "FreeTierClient":
        """The account's free limits; served in one region for all."""
        return self._session.client("freetier", region_name="us-east-1", config=self._config)
