"""Settings from environment variables: the only module that reads the environment.

Each program has a class with exactly the settings that it needs. Libraries read these variables:

AWS_ENDPOINT_URL              address of the embedded AWS; absent for AWS; the AWS tools read it
POWERTOOLS_SERVICE_NAME       name of the function in log lines, and the only dimension of metrics
POWERTOOLS_METRICS_NAMESPACE  namespace of the metrics
POWERTOOLS_METRICS_DISABLED   `true` disables the metrics
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Self

import msgspec
from msgspec import Struct

from mocktailverse.errors import UsageError

PREFIX = "MOCKTAILVERSE_"


class Settings(Struct, frozen=True, kw_only=True):
    """Base class: the field `data_bucket` is read from MOCKTAILVERSE_DATA_BUCKET, and so on."""

    @classmethod
    def read(cls, environment: Mapping[str, str] | None = None) -> Self:
        """Return the settings from the environment; an empty variable counts as absent.

        Raises:
            UsageError: a variable is missing or does not have the type of its field.
        """
        variables = os.environ if environment is None else environment
        names = {field: PREFIX + field.upper() for field in cls.__struct_fields__}
        given = {field: variables[name] for field, name in names.items() if variables.get(name)}
        try:
            return msgspec.convert(given, cls, strict=False, dec_hook=lambda kind, text: kind(text))
        except msgspec.ValidationError as error:
            raise UsageError(
                f"An environment variable is missing or wrong: {error}. "
                f"Expected: {', '.join(names.values())}."
            ) from error

    @classmethod
    def of_outputs(cls, outputs: Mapping[str, str], **others: object) -> Self:
        """Return the settings from a stack's outputs: `data_bucket` from `DataBucket`, and so on.

        Args:
            outputs: the stack's outputs.
            others: further fields; they take precedence over outputs.

        Raises:
            UsageError: an output is missing: the stack is older than this code.
        """
        named = {field: output_name(field) for field in cls.__struct_fields__}
        given = {field: outputs[name] for field, name in named.items() if name in outputs}
        try:
            return msgspec.convert({**given, **others}, cls, strict=False)
        except msgspec.ValidationError as error:
            raise UsageError(f"The stack has no such output: {error}. Deploy it again.") from error

    def outputs(self) -> dict[str, str]:
        """Return the settings as a stack's outputs: the inverse of `of_outputs`."""
        fields = msgspec.structs.asdict(self)
        return {output_name(field): str(v) for field, v in fields.items() if v is not None}

    def variables(self) -> dict[str, str]:
        """Return environment variables from which another process reads these settings."""
        fields = msgspec.structs.asdict(self)
        return {PREFIX + name.upper(): str(v) for name, v in fields.items() if v is not None}


def output_name(field: str) -> str:
    """Return `DataBucket` for `data_bucket`."""
    return field.title().replace("_", "")


def inherited() -> dict[str, str]:
    """Return the whole environment of this process, for a child process of the same user."""
    return dict(os.environ)


class TransformSettings(Settings, frozen=True, kw_only=True):
    """Settings of the transform function."""

    data_bucket: str
    """Bucket of the raw objects and the rejected lines."""
    drinks_table: str
    """Name of the drinks table."""
    loads_table: str
    """Name of the loads table."""
    queue_url: str
    """Queue to which a long load sends its continuations."""
    max_receive_count: int
    """Maximum number of deliveries of a message; after the last one the load is marked failed."""
    loads_expire_days: int | None = None
    """Days after which DynamoDB deletes a load record; absent: never."""


class FetchSettings(Settings, frozen=True, kw_only=True):
    """Settings of the fetch function."""

    data_bucket: str
    """Bucket for raw objects, listings and the state of sweeps."""
    source_urls: str = ""
    """Addresses that replace those of real sources, as `<source>=<address>`, space-separated."""
    source_key: str = ""
    """API keys, as `<source>=<key>`, space-separated; a key alone is that of the default source."""
    source_requests_per_s: str = ""
    """Maximum number of requests per second, as `<source>=<number>`, space-separated; a number
    alone is for all others."""

    def urls(self) -> dict[str, str]:
        """Return the addresses of `source_urls` by source."""
        return _by_source(self.source_urls)

    def keys(self) -> dict[str, str]:
        """Return the API keys by source; the one without a source has an empty name."""
        return _by_source(self.source_key)

    def rates(self) -> dict[str, float]:
        """Return the maximum requests per second by source; that of all others has an empty name.

        Raises:
            UsageError: one is not a number.
        """
        try:
            return {
                name: float(rate) for name, rate in _by_source(self.source_requests_per_s).items()
            }
        except ValueError as error:
            raise UsageError(f"`{PREFIX}SOURCE_REQUESTS_PER_S` is wrong: {error}.") from error


def _by_source(text: str) -> dict[str, str]:
    """Return the values of `<source>=<value>` pairs; a value alone has an empty name."""
    pairs = (entry if "=" in entry else f"={entry}" for entry in text.split())
    return {source: value for source, _, value in (pair.partition("=") for pair in pairs)}


class ReconcileSettings(Settings, frozen=True, kw_only=True):
    """Settings of the reconcile function.

    A load counts as lost once all deliveries of its message have timed out.
    """

    data_bucket: str
    """Bucket whose raw objects are checked."""
    loads_table: str
    """Name of the loads table."""
    queue_url: str
    """Queue to which lost raw objects are sent again."""
    visibility_timeout_s: int
    """How long the queue hides a message after a delivery."""
    max_receive_count: int
    """Maximum number of deliveries of a message; a load older than all of them is lost."""
    loads_expire_days: int | None = None
    """Days after which DynamoDB deletes a load record; absent: never."""


class PublishSettings(Settings, frozen=True, kw_only=True):
    """Settings of the publish function."""

    catalogue_bucket: str
    """Bucket of the published catalogue."""
    drinks_table: str
    """Name of the drinks table."""
    stage: str = "local"
    """Name of the environment, for the error that says how to repair the catalogue."""


class ApiSettings(Settings, frozen=True, kw_only=True):
    """Settings of the API."""

    catalogue_bucket: str
    """Bucket of the published catalogue and of the exports."""
    data_bucket: str
    """Bucket of the rejected lines."""
    loads_table: str
    """Name of the loads table."""
    ops_key_parameter: str
    """Name of the SSM parameter with the operators' key."""
    stage: str
    """Name of the environment, which the API returns."""
    catalogue_max_age_s: float = 10.0
    """How long a copy of the catalogue is used before S3 is checked for a newer one, and how long
    clients may cache responses."""


class TransferSettings(Settings, frozen=True, kw_only=True):
    """Limit of the data that the API sends as a Lambda function."""

    api_gb_per_day: float
    """Data that the API may send on a day (UTC); afterwards it answers 429 until midnight."""


class DashboardSettings(Settings, frozen=True, kw_only=True):
    """Settings of the dashboard; names and addresses are the stack's outputs."""

    catalogue_bucket: str
    """Bucket of the published catalogue."""
    data_bucket: str
    """Bucket of the rejected lines."""
    drinks_table: str
    """Name of the drinks table."""
    loads_table: str
    """Name of the loads table."""
    queue_url: str
    """Queue whose waiting messages are shown."""
    dead_letter_queue_url: str
    """Queue whose dead letters are shown."""
    stage: str
    """Name of the environment, which the pages show."""
    read_only: bool = True
    """Whether the pages hide everything that changes data."""
    refresh_s: float = 30.0
    """Interval between two refreshes of a live page."""
    api_url: str | None = None
    """Address of the API, for links; absent: no links."""
    harness_url: str | None = None
    """Address of the local harness, for links; absent: no links."""


class CliSettings(Settings, frozen=True, kw_only=True):
    """Settings of the command line."""

    state_dir: Path | None = None
    """Folder of the local stack, unless `--state-dir` is given."""


class DeploySettings(Settings, frozen=True, kw_only=True):
    """Settings of `deploy` that belong in no file; a stack keeps each until it is given again."""

    source_key: str | None = None
    """API keys of the sources, as `<source>=<key>`; a key alone is that of the default source."""
    permissions_boundary: str | None = None
    """ARN of the permissions boundary for every role of the stack."""
