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


class CliSettings(Settings, frozen=True, kw_only=True):
    """What the command line takes from the environment: where the local stack's folder is."""

    state_dir: Path | None = None
