"""The settings of each environment, read from infrastructure/environments.toml."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, get_args

import msgspec
from msgspec import Meta, Struct

from mocktailverse.cost.template import StageInputs
from mocktailverse.errors import UsageError
from mocktailverse.sources import fetched_sources

# The retention times that CloudWatch accepts for a log group.
LogDays = Literal[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827]
Days = Annotated[int, Meta(ge=0, le=3650)]
Units = Annotated[int, Meta(ge=1)]

_EXPECTED = {
    "schedule": "Write an EventBridge expression: cron(...), rate(...) or at(...). ",
    "alarm_email": 'Write an e-mail address, or "nobody". ',
    "source_urls": "Write addresses with https:// or http://. ",
    "capacity": 'Write "provisioned" or "on-demand". ',
    "logs": f"Write one of {', '.join(map(str, get_args(LogDays)))}. ",
}
"""What to write, for keys whose error message from msgspec does not show it."""


class _Table(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A TOML table whose keys are exactly the fields."""


class Schedule(_Table, frozen=True, kw_only=True):
    """The schedule of a function."""

    schedule: Annotated[str, Meta(pattern=r"^(cron|rate|at)\(.+\)$")]
    """An EventBridge expression, in UTC."""
    enabled: bool
    """Whether the schedule runs."""


_NO_SCHEDULE = Schedule(schedule="rate(7 days)", enabled=False)
"""Of a source without a schedule: the template has one for each source, which does not run."""


class RetentionDays(_Table, frozen=True, kw_only=True):
    """Days for which data is kept."""

    logs: LogDays
    """Log lines; one of the numbers that CloudWatch accepts."""
    data: Days
    """Raw and rejected objects; 0 keeps them for ever."""
    loads: Days
    """Load records and their segments; 0 keeps them for ever."""


class CapacityUnits(_Table, frozen=True, kw_only=True):
    """Provisioned capacity units of DynamoDB: the same number for reads and for writes."""

    drinks: Units
    """For the drinks table."""
    loads: Units
    """For the loads table."""
    loads_by_day: Units
    """For the index by day of the loads table."""


class Memory(_Table, frozen=True, kw_only=True):
    """Memory in MiB of the functions whose memory differs; CPU grows with memory."""

    transform: Annotated[int, Meta(ge=512, le=10240)]
    """For the transform function, which decodes an array of 64 MiB in one piece."""


class ApiLimits(_Table, frozen=True, kw_only=True):
    """Limits of the API over all callers; the API answers 429 above them."""

    requests_per_s: Annotated[int, Meta(ge=1)]
    """Requests per second in the long run."""
    burst: Annotated[int, Meta(ge=1)]
    """Requests served at once after a pause."""
    gb_per_day: Annotated[float, Meta(gt=0)]
    """GB that it may send on a day (UTC): a hard limit, unlike the other two."""


class Environment(_Table, frozen=True, kw_only=True):
    """The settings of one environment."""

    protected: bool
    """Whether its data outlives the stack, and deleting the stack takes two steps."""
    capacity: Literal["provisioned", "on-demand"]
    """Billing of DynamoDB: provisioned uses the always-free units; on-demand costs from the first
    request."""
    alarm_email: Annotated[str, Meta(pattern=r"^([^@\s]+@[^@\s]+|nobody|rehearsal)?$")]
    """Address that receives the alarms, once it has confirmed AWS's first message. Empty or
    `nobody`: none; prod needs an address or `nobody`, and `rehearsal` is for the embedded AWS."""
    source_urls: dict[str, Annotated[str, Meta(pattern=r"^https?://[^\s]+$")]]
    """Addresses that replace those of the real sources, by source."""
    source_requests_per_s: dict[str, Annotated[float, Meta(gt=0, le=100)]]
    """Maximum number of requests per second, by source."""
    fetch: dict[str, Schedule]
    """When fetch collects what is new, by source; a source without an entry has no schedule."""
    reconcile: Schedule
    """When reconcile looks for lost raw objects."""
    days: RetentionDays
    """How long data is kept."""
    capacity_units: CapacityUnits
    """Provisioned capacity of the tables; used if `capacity` is provisioned."""
    memory_mb: Memory
    """Memory of the functions."""
    api: ApiLimits
    """Limits of the public API."""

    def parameters(self) -> dict[str, str]:
        """Return the template's parameters that environments.toml sets."""
        return {
            "Capacity": self.capacity,
            "AlarmEmail": self.alarm_email if "@" in self.alarm_email else "",
            "SourceUrls": _pairs(self.source_urls),
            "SourceRequestsPerS": _pairs(self.source_requests_per_s),
        }

    def mapping(self) -> dict[str, str | int]:
        """Return its values in the template's mapping `Stages`, in the order of the template.

        Numbers that a function reads from an environment variable are text. For 0 days, which
        means for ever, the template leaves out the rule that deletes data.
        """
        return {
            "Drinks": self.capacity_units.drinks,
            "Loads": self.capacity_units.loads,
            "LoadsByDay": self.capacity_units.loads_by_day,
            "LogDays": self.days.logs,
            "DataDays": str(self.days.data),
            "LoadsDays": str(self.days.loads),
            "Deletion": "Retain" if self.protected else "Delete",
            "TransformMb": self.memory_mb.transform,
            "ApiRequestsPerS": self.api.requests_per_s,
            "ApiBurst": self.api.burst,
            "ApiGbPerDay": f"{self.api.gb_per_day:g}",
            **_scheduled("Reconcile", self.reconcile),
            **self._fetched(),
        }

    def _fetched(self) -> dict[str, str]:
        entries: dict[str, str] = {}
        for name in fetched_sources():
            schedule = self.fetch.get(name, _NO_SCHEDULE)
            entries |= _scheduled(f"Fetch{name.capitalize()}", schedule)
        return entries


class Environments(_Table, frozen=True, kw_only=True):
    """All environments; `mocktailverse up` starts `local`."""

    local: Environment
    dev: Environment
    staging: Environment
    prod: Environment

    def stage_inputs(self) -> dict[str, StageInputs]:
        """Return the inputs of the template for each deployed environment, dev first."""
        deployed = {env: getattr(self, env) for env in DEPLOYED}
        return {
            env: StageInputs(parameters=one.parameters(), mapping=one.mapping())
            for env, one in deployed.items()
        }


DEPLOYED = ("dev", "staging", "prod")


def read(path: Path) -> Environments:
    """Return what environments.toml says; UsageError if it is missing or any key is wrong."""
    try:
        settings = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Environments)
    except FileNotFoundError as error:
        raise UsageError(f"`{path}` is missing. Restore it from the repository.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"`{path}` is not valid TOML: {error}. Fix that line.") from error
    except msgspec.ValidationError as error:
        place = re.sub(r"`\$\.?([^`]*)`", r"[\1]", str(error))
        key = re.search(r"(\w+)\]$", place)
        expected = _EXPECTED.get(key[1], "") if key else ""
        raise UsageError(
            f"`{path}`: {place}. {expected}Fix this key; [dev] is an example with all keys."
        ) from error
    for env in settings.__struct_fields__:
        _check_sources(path, env, getattr(settings, env))
    return settings


def _check_sources(path: Path, env: str, settings: Environment) -> None:
    """Raise UsageError if a key names a source that cannot be fetched."""
    for field in ("source_urls", "source_requests_per_s", "fetch"):
        for name in getattr(settings, field).keys() - set(fetched_sources()):
            raise UsageError(
                f"`{path}`: there is no source `{name}` to fetch [{env}.{field}]. Fix this key; "
                f"use one of {', '.join(fetched_sources())}."
            )


def environment(path: Path, env: str) -> Environment:
    """Return the settings of an environment; UsageError if it is not one that can be deployed."""
    if env == "local":
        raise UsageError(
            "`local` is not a deployed environment. Start the local stack with `mocktailverse up`;"
            " stop it with `mocktailverse down`."
        )
    if env not in DEPLOYED:
        names = ", ".join(DEPLOYED)
        raise UsageError(f"There is no environment `{env}`. Choose one of {names}.")
    settings: Environment = getattr(read(path), env)
    return settings


def _pairs(by_source: Mapping[str, object]) -> str:
    return " ".join(f"{name}={value}" for name, value in by_source.items())


def _scheduled(name: str, schedule: Schedule) -> dict[str, str]:
    state = "ENABLED" if schedule.enabled else "DISABLED"
    return {name: schedule.schedule, f"{name}State": state}
