"""The environment, read here and nowhere else; each function asks for exactly what it needs.

Some variables are the libraries' own:

AWS_ENDPOINT_URL              where AWS is, if not at its public addresses; the AWS tools read it
POWERTOOLS_SERVICE_NAME       the function's name in log lines, and its metrics' only dimension
POWERTOOLS_METRICS_NAMESPACE  the namespace of the metrics
POWERTOOLS_METRICS_DISABLED   `true` leaves the metrics out
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
    """Settings whose field `data_bucket` comes from MOCKTAILVERSE_DATA_BUCKET, and so on."""

    @classmethod
    def read(cls, environment: Mapping[str, str] | None = None) -> Self:
        """Read the fields from the environment; an empty variable counts as absent.

        Raises:
            UsageError: one is missing or is not of its type.
        """
        variables = os.environ if environment is None else environment
        names = {field: PREFIX + field.upper() for field in cls.__struct_fields__}
        given = {field: variables[name] for field, name in names.items() if variables.get(name)}
        try:
            return msgspec.convert(given, cls, strict=False, dec_hook=lambda kind, text: kind(text))
        except msgspec.ValidationError as error:
            raise UsageError(
                f"The environment lacks a setting or holds a wrong one: {error}. "
                f"Expected: {', '.join(names.values())}."
            ) from error

    @classmethod
    def of_outputs(cls, outputs: Mapping[str, str], **others: object) -> Self:
        """Settings whose field `data_bucket` is a stack's output `DataBucket`, and so on.

        `others` are fields that are no output, and win over one.

        Raises:
            UsageError: an output is missing: the stack is older than this code.
        """
        named = {field: _output_name(field) for field in cls.__struct_fields__}
        given = {field: outputs[name] for field, name in named.items() if name in outputs}
        try:
            return msgspec.convert({**given, **others}, cls, strict=False)
        except msgspec.ValidationError as error:
            raise UsageError(f"The stack lacks an output: {error}. Deploy it again.") from error

    def outputs(self) -> dict[str, str]:
        """Return the settings under the names of a stack's outputs: the reverse of `of_outputs`."""
        fields = msgspec.structs.asdict(self)
        return {_output_name(field): str(v) for field, v in fields.items() if v is not None}

    def variables(self) -> dict[str, str]:
        """The environment from which another process reads these settings."""
        fields = msgspec.structs.asdict(self)
        return {PREFIX + name.upper(): str(v) for name, v in fields.items() if v is not None}


def _output_name(field: str) -> str:
    """Return `DataBucket` for `data_bucket`."""
    return field.title().replace("_", "")


def inherited() -> dict[str, str]:
    """This process's whole environment, for a process that acts for the same person."""
    return dict(os.environ)


class TransformSettings(Settings, frozen=True, kw_only=True):
    """What the transform function needs; it marks a load failed on the last delivery."""

    data_bucket: str
    """Bucket of the raw objects and the rejected lines."""
    drinks_table: str
    """Name of the drinks table."""
    loads_table: str
    """Name of the loads table."""
    queue_url: str
    """Queue that continuations of a long load go to."""
    max_receive_count: int
    """Deliveries of a message; after the last one a load is marked failed."""
    loads_expire_days: int | None = None
    """After so many days DynamoDB deletes a load; absent: never."""


class FetchSettings(Settings, frozen=True, kw_only=True):
    """What the fetch function needs; the rate keeps the source's server at ease."""

    data_bucket: str
    """Bucket that raw objects, listings and the state of sweeps are put into."""
    source_url: str
    """Address of TheCocktailDB or of its simulation."""
    source_key: str = "1"
    """API key of TheCocktailDB; 1 is its public test key."""
    source_requests_per_s: float = 4.0
    """The most requests a second that the source gets."""


class ReconcileSettings(Settings, frozen=True, kw_only=True):
    """What the reconcile function needs; a load is lost after timeout x receives."""

    data_bucket: str
    """Bucket whose raw objects are looked at."""
    loads_table: str
    """Name of the loads table."""
    queue_url: str
    """Queue that lost raw objects are sent to again."""
    visibility_timeout_s: int
    """How long the queue hides a message that somebody works on."""
    max_receive_count: int
    """Deliveries of a message; a load older than all of them is lost."""
    loads_expire_days: int | None = None
    """After so many days DynamoDB deletes a load; absent: never."""


class PublishSettings(Settings, frozen=True, kw_only=True):
    """What the publish function needs."""

    catalogue_bucket: str
    """Bucket of catalogue.sqlite."""
    drinks_table: str
    """Name of the drinks table."""


class ApiSettings(Settings, frozen=True, kw_only=True):
    """What the API needs; the catalogue is asked for anew so often, and answers are kept so long.

    `ops_key_parameter` names the SSM parameter that holds the operators' key.
    """

    catalogue_bucket: str
    """Bucket of catalogue.sqlite and of the exports."""
    data_bucket: str
    """Bucket of the rejected lines."""
    loads_table: str
    """Name of the loads table."""
    ops_key_parameter: str
    """Name of the SSM parameter that holds the operators' key."""
    stage: str
    """The environment's name, which the API tells."""
    catalogue_max_age_s: float = 10.0
    """How long a copy of the catalogue serves before S3 is asked for a newer one, and answers may
    be kept."""


class DashboardSettings(Settings, frozen=True, kw_only=True):
    """What the dashboard needs; names and addresses are the stack's outputs."""

    catalogue_bucket: str
    """Bucket of catalogue.sqlite."""
    data_bucket: str
    """Bucket of the rejected lines."""
    drinks_table: str
    """Name of the drinks table."""
    loads_table: str
    """Name of the loads table."""
    queue_url: str
    """Queue whose waiting messages are counted."""
    dead_letter_queue_url: str
    """Queue whose dead letters are counted."""
    stage: str
    """The environment's name, which the pages show."""
    read_only: bool = True
    """Whether the pages offer nothing that changes anything."""
    refresh_s: float = 30.0
    """How often a live page looks again."""
    api_url: str | None = None
    """The API's address, for links; absent: no links."""
    harness_url: str | None = None
    """The local harness's address, for links; absent: no links."""


class CliSettings(Settings, frozen=True, kw_only=True):
    """What the command line takes from the environment: where the local stack's folder is."""

    state_dir: Path | None = None
    """Folder of the local stack, where `--state-dir` does not say."""


class DeploySettings(Settings, frozen=True, kw_only=True):
    """What `deploy` takes from the environment: what no file should hold, or no other stage has.

    Each is kept by the stack until another is given.
    """

    source_key: str | None = None
    """API key of TheCocktailDB for the environment's fetch function."""
    permissions_boundary: str | None = None
    """ARN of the policy that bounds every role of the stack."""
