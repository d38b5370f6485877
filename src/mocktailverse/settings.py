"""The environment, read here and nowhere else; each function asks for exactly what it needs."""

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
        named = {field: field.title().replace("_", "") for field in cls.__struct_fields__}
        given = {field: outputs[name] for field, name in named.items() if name in outputs}
        try:
            return msgspec.convert({**given, **others}, cls, strict=False)
        except msgspec.ValidationError as error:
            raise UsageError(f"The stack lacks an output: {error}. Deploy it again.") from error

    def variables(self) -> dict[str, str]:
        """The environment from which another process reads these settings."""
        fields = msgspec.structs.asdict(self)
        return {PREFIX + name.upper(): str(v) for name, v in fields.items() if v is not None}


def inherited() -> dict[str, str]:
    """This process's whole environment, for a process that acts for the same person."""
    return dict(os.environ)


class TransformSettings(Settings, frozen=True, kw_only=True):
    """What the transform function needs; it marks a load failed on the last delivery."""

    data_bucket: str
    drinks_table: str
    loads_table: str
    queue_url: str
    max_receive_count: int
    loads_expire_days: int | None = None


class FetchSettings(Settings, frozen=True, kw_only=True):
    """What the fetch function needs; the rate keeps the source's server at ease."""

    data_bucket: str
    source_url: str
    source_key: str = "1"
    source_requests_per_s: float = 4.0


class ReconcileSettings(Settings, frozen=True, kw_only=True):
    """What the reconcile function needs; a load is lost after timeout x receives."""

    data_bucket: str
    loads_table: str
    queue_url: str
    visibility_timeout_s: int
    max_receive_count: int
    loads_expire_days: int | None = None


class PublishSettings(Settings, frozen=True, kw_only=True):
    """What the publish function needs."""

    catalogue_bucket: str
    drinks_table: str


class ApiSettings(Settings, frozen=True, kw_only=True):
    """What the API needs; the catalogue is asked for anew so often, and answers are kept so long.

    `ops_key_parameter` names the SSM parameter that holds the operators' key.
    """

    catalogue_bucket: str
    data_bucket: str
    loads_table: str
    ops_key_parameter: str
    stage: str
    catalogue_max_age_s: float = 10.0


class DashboardSettings(Settings, frozen=True, kw_only=True):
    """What the dashboard needs; names and addresses are the stack's outputs."""

    catalogue_bucket: str
    data_bucket: str
    drinks_table: str
    loads_table: str
    queue_url: str
    dead_letter_queue_url: str
    stage: str
    read_only: bool = True
    refresh_s: float = 30.0
    api_url: str | None = None
    harness_url: str | None = None


class CliSettings(Settings, frozen=True, kw_only=True):
    """What the command line takes from the environment: where the local stack's folder is."""

    state_dir: Path | None = None


class DeploySettings(Settings, frozen=True, kw_only=True):
    """What `deploy` takes from the environment: what no file should hold, or no other stage has.

    Each is kept by the stack until another is given.
    """

    source_key: str | None = None
    permissions_boundary: str | None = None
