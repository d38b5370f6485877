"""The environments, as infrastructure/environments.toml describes them."""

import re
import tomllib
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from mocktailverse.errors import UsageError

# What CloudWatch takes for the retention of a log group.
LogDays = Literal[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827]
Days = Annotated[int, Meta(ge=0, le=3650)]
Units = Annotated[int, Meta(ge=1)]


class _Table(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A TOML table whose keys are exactly the fields."""


class Schedule(_Table, frozen=True, kw_only=True):
    """When a function is started."""

    schedule: Annotated[str, Meta(pattern=r"^(cron|rate|at)\(.+\)$")]
    """An EventBridge expression, in UTC."""
    enabled: bool


class Retention(_Table, frozen=True, kw_only=True):
    """How many days things stay; 0 is for ever."""

    logs: LogDays
    data: Days
    """Raw and rejected objects."""
    loads: Days


class CapacityUnits(_Table, frozen=True, kw_only=True):
    """DynamoDB's provisioned capacity, for reads and for writes alike."""

    drinks: Units
    loads: Units
    loads_by_day: Units


class Memory(_Table, frozen=True, kw_only=True):
    """MiB of the functions whose memory may differ; CPU grows with it."""

    transform: Annotated[int, Meta(ge=512, le=10240)]


class Throttle(_Table, frozen=True, kw_only=True):
    """What the API serves over all callers; more is answered with 429."""

    requests_per_s: Annotated[int, Meta(ge=1)]
    burst: Annotated[int, Meta(ge=1)]


class Environment(_Table, frozen=True, kw_only=True):
    """What one environment is like."""

    protected: bool
    """Data outlives the stack, and the stack cannot be deleted at once."""
    capacity: Literal["provisioned", "on-demand"]
    alarm_email: Annotated[str, Meta(pattern=r"^([^@\s]+@[^@\s]+)?$")]
    source_url: Annotated[str, Meta(pattern=r"^https?://[^\s]+$")]
    source_requests_per_s: Annotated[float, Meta(gt=0, le=100)]
    fetch: Schedule
    reconcile: Schedule
    days: Retention
    capacity_units: CapacityUnits
    memory_mb: Memory
    api: Throttle

    def parameters(self) -> dict[str, str]:
        """The template's parameters that it decides."""
        return {
            "Capacity": self.capacity,
            "AlarmEmail": self.alarm_email,
            "SourceUrl": self.source_url,
            "SourceRequestsPerS": f"{self.source_requests_per_s:g}",
        }

    def mapping(self) -> dict[str, str | int]:
        """Its line in the template's mapping `Stages`; of text what an environment variable holds.

        What is kept for ever has no number of days: the template leaves its rule out, and the
        line holds any number.
        """
        line: dict[str, str | int] = {
            "Drinks": self.capacity_units.drinks,
            "Loads": self.capacity_units.loads,
            "LoadsByDay": self.capacity_units.loads_by_day,
            "LogDays": self.days.logs,
            "Deletion": "Retain" if self.protected else "Delete",
            "Fetch": self.fetch.schedule,
            "FetchState": _state(self.fetch),
            "Reconcile": self.reconcile.schedule,
            "ReconcileState": _state(self.reconcile),
            "TransformMb": self.memory_mb.transform,
            "ApiRequestsPerS": self.api.requests_per_s,
            "ApiBurst": self.api.burst,
        }
        if self.days.data:
            line["DataDays"] = str(self.days.data)
        if self.days.loads:
            line["LoadsDays"] = str(self.days.loads)
        return line


class Environments(_Table, frozen=True, kw_only=True):
    """All of them; `local` is the one that `mocktailverse up` starts."""

    local: Environment
    dev: Environment
    staging: Environment
    prod: Environment


DEPLOYED = ("dev", "staging", "prod")


def stack_name(env: str) -> str:
    """The CloudFormation stack of an environment."""
    return f"mocktailverse-{env}"


def read(path: Path) -> Environments:
    """Read environments.toml.

    Raises:
        UsageError: it is missing, is no TOML, or a key is unknown, missing or wrong.
    """
    try:
        return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Environments)
    except FileNotFoundError as error:
        raise UsageError(f"{path} is missing: it describes the environments.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is no TOML: {error}. Mend that line.") from error
    except msgspec.ValidationError as error:
        place = re.sub(r"`\$\.?([^`]*)`", r"[\1]", str(error))
        raise UsageError(f"{path}: {place}. Mend it; [dev] shows which keys there are.") from error


def environment(path: Path, env: str) -> Environment:
    """One environment that can be deployed.

    Raises:
        UsageError: there is none of that name, or as `read` does.
    """
    if env == "local":
        raise UsageError("The local stack is started by `mocktailverse up`, and ended by `down`.")
    if env not in DEPLOYED:
        known = ", ".join(DEPLOYED)
        raise UsageError(f"There is no environment {env!r}: {path.name} describes {known}.")
    found: Environment = getattr(read(path), env)
    return found


def _state(schedule: Schedule) -> str:
    return "ENABLED" if schedule.enabled else "DISABLED"
