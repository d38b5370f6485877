"""The environments, as infrastructure/environments.toml describes them."""

import re
import tomllib
from pathlib import Path
from typing import Annotated, Literal, get_args

import msgspec
from msgspec import Meta, Struct

from mocktailverse.cost.template import StageInputs
from mocktailverse.errors import UsageError

# What CloudWatch takes for the retention of a log group.
LogDays = Literal[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827]
Days = Annotated[int, Meta(ge=0, le=3650)]
Units = Annotated[int, Meta(ge=1)]


_EXPECTED = {
    "schedule": "Write cron(...), rate(...) or at(...), as EventBridge takes it. ",
    "alarm_email": 'Write an address, or "" for nobody. ',
    "source_url": "Write an address with https:// or http://. ",
    "capacity": 'Write "provisioned" or "on-demand". ',
    "logs": f"Write one of {', '.join(map(str, get_args(LogDays)))}. ",
}
"""What to write where msgspec's own message does not tell."""


class _Table(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A TOML table whose keys are exactly the fields."""


class Schedule(_Table, frozen=True, kw_only=True):
    """When a function is started."""

    schedule: Annotated[str, Meta(pattern=r"^(cron|rate|at)\(.+\)$")]
    """An EventBridge expression, in UTC."""
    enabled: bool
    """Whether the schedule runs; on the embedded AWS nothing is scheduled."""


class Retention(_Table, frozen=True, kw_only=True):
    """How many days things stay; 0 is for ever."""

    logs: LogDays
    """Log lines; one of the numbers that CloudWatch takes."""
    data: Days
    """Raw and rejected objects; 0 is for ever."""
    loads: Days
    """Loads and their segments; 0 is for ever."""


class CapacityUnits(_Table, frozen=True, kw_only=True):
    """DynamoDB's provisioned capacity, for reads and for writes alike."""

    drinks: Units
    """Of the drinks table."""
    loads: Units
    """Of the loads table."""
    loads_by_day: Units
    """Of the loads table's index by day."""


class Memory(_Table, frozen=True, kw_only=True):
    """MiB of the functions whose memory may differ; CPU grows with it."""

    transform: Annotated[int, Meta(ge=512, le=10240)]
    """Of the transform function: an array of 64 MiB is decoded whole."""


class Throttle(_Table, frozen=True, kw_only=True):
    """What the API serves over all callers; more is answered with 429."""

    requests_per_s: Annotated[int, Meta(ge=1)]
    """Served in the long run."""
    burst: Annotated[int, Meta(ge=1)]
    """Served at once after a pause."""


class Environment(_Table, frozen=True, kw_only=True):
    """What one environment is like."""

    protected: bool
    """Data outlives the stack, and the stack cannot be deleted at once."""
    capacity: Literal["provisioned", "on-demand"]
    """DynamoDB's billing: within the always-free units, or paid from the first request."""
    alarm_email: Annotated[str, Meta(pattern=r"^([^@\s]+@[^@\s]+)?$")]
    """Gets the alarms, after confirming AWS's first message; empty is nobody."""
    source_url: Annotated[str, Meta(pattern=r"^https?://[^\s]+$")]
    """Address of TheCocktailDB or of its simulation."""
    source_requests_per_s: Annotated[float, Meta(gt=0, le=100)]
    """The most requests a second that the source gets."""
    fetch: Schedule
    """When the source is swept."""
    reconcile: Schedule
    """When lost raw objects are looked for."""
    days: Retention
    """How long things stay."""
    capacity_units: CapacityUnits
    """Provisioned capacity of the tables, where `capacity` is provisioned."""
    memory_mb: Memory
    """Memory of the functions that may differ."""
    api: Throttle
    """What the public API serves."""

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

        0 days are for ever: the template leaves the rule out.
        """
        return {
            "Drinks": self.capacity_units.drinks,
            "Loads": self.capacity_units.loads,
            "LoadsByDay": self.capacity_units.loads_by_day,
            "LogDays": self.days.logs,
            "DataDays": str(self.days.data),
            "LoadsDays": str(self.days.loads),
            "Deletion": "Retain" if self.protected else "Delete",
            "Fetch": self.fetch.schedule,
            "FetchState": _state(self.fetch),
            "Reconcile": self.reconcile.schedule,
            "ReconcileState": _state(self.reconcile),
            "TransformMb": self.memory_mb.transform,
            "ApiRequestsPerS": self.api.requests_per_s,
            "ApiBurst": self.api.burst,
        }


class Environments(_Table, frozen=True, kw_only=True):
    """All of them; `local` is the one that `mocktailverse up` starts."""

    local: Environment
    dev: Environment
    staging: Environment
    prod: Environment

    def stage_inputs(self) -> dict[str, StageInputs]:
        """Return what each deployed environment gives the template, dev first."""
        deployed = {env: getattr(self, env) for env in DEPLOYED}
        return {
            env: StageInputs(parameters=one.parameters(), mapping=one.mapping())
            for env, one in deployed.items()
        }


DEPLOYED = ("dev", "staging", "prod")


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
        key = re.search(r"(\w+)\]$", place)
        expected = _EXPECTED.get(key[1], "") if key else ""
        raise UsageError(
            f"{path}: {place}. {expected}Mend it; [dev] shows which keys there are."
        ) from error


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
