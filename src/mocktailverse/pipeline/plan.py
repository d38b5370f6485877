"""A plan: which served drinks this code would change, in which fields, and by how much."""

from typing import Literal

from msgspec import Struct

from mocktailverse.drinks.field_differences import FieldDifference
from mocktailverse.drinks.transform_version import TRANSFORM_VERSION
from mocktailverse.pipeline.plan_object import RejectedRecord


class PlannedDrink(Struct, frozen=True):
    """A drink that would change."""

    id: str
    name: str
    change: Literal["changed", "added", "removed"]
    """`added`: a record that was rejected would load, or one would get another id. `removed`: its
    record would not load, or would get another id."""
    differences: list[FieldDifference] = []


class LargeDifference(Struct, frozen=True):
    """The number of a drink that would change most."""

    id: str
    name: str
    difference: FieldDifference


class PlanSummary(Struct, kw_only=True, frozen=True):
    """What a release would change in the data, in figures: the evidence stored with it."""

    changed: int = 0
    """Drinks that would change, added and removed ones included."""
    unchanged: int = 0
    added: int = 0
    removed: int = 0
    fields: dict[str, int] = {}
    """Drinks by path of the changed field, the most frequent first."""
    largest: list[LargeDifference] = []
    """The drinks that change most, each with the number that does; at most 20. The change is
    relative to the old number, or to 1 if that is smaller."""
    now_rejected: dict[str, int] = {}
    """Records that this code rejects, and the deployed one did not, by reason code."""
    now_loads: dict[str, int] = {}
    """Records that the deployed code rejected, and this one does not, by reason code."""
    expired: int = 0
    """Served drinks that were not compared, because their raw object has expired."""
    in_flight: int = 0
    """Drinks of raw objects that are not served yet, or not with all their observations."""
    not_sampled: int = 0
    """Served drinks that were not compared, because their raw object is not in the sample."""
    objects: int = 0
    """Raw objects read."""
    of_objects: int = 0
    """Raw objects that exist."""
    records: int = 0
    catalogue: str = ""
    """The version of the published catalogue."""
    served_transform_versions: dict[int, int] = {}
    """Served drinks by the version of the code that made them."""
    transform_version: int = TRANSFORM_VERSION
    """The version of this code."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing would change."""
        return not (self.changed or self.now_rejected or self.now_loads)


class ReleasePlan(PlanSummary, kw_only=True, frozen=True):
    """A summary with every drink and record."""

    drinks: list[PlannedDrink] = []
    """The drinks that would change, in the order of their ids."""
    rejected: dict[str, list[RejectedRecord]] = {}
    """The records of `now_rejected` and `now_loads`."""

    @property
    def summary(self) -> PlanSummary:
        """The same without drinks and records."""
        names = PlanSummary.__struct_fields__
        return PlanSummary(**{name: getattr(self, name) for name in names})
