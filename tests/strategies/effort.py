"""How many examples Hypothesis tries for a property: all, or a few for a quick result."""

from hypothesis import HealthCheck, settings

FAST_EXAMPLES = 20


def register_profiles() -> None:
    """Register `full`, which CI and `make test` use, and `fast`, which `make unit` uses.

    Neither has a deadline: Hypothesis measures elapsed time, which says nothing about a test on a
    busy machine.
    """
    slow_is_fine = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
    settings.register_profile("full", **slow_is_fine)
    settings.register_profile("fast", max_examples=FAST_EXAMPLES, **slow_is_fine)


def examples(full: int) -> int:
    """Return the number of examples for `settings(max_examples=...)`: fewer in `fast`."""
    is_fast = settings.get_current_profile_name() == "fast"
    return min(full, FAST_EXAMPLES) if is_fast else full
