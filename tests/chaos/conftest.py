"""Options of the chaos tests: the number of rounds and their seed."""

import os

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options that `make chaos` passes."""
    group = parser.getgroup("chaos")
    group.addoption("--chaos-seed", type=int, help="Round n has the seed SEED + n.")
    group.addoption("--chaos-rounds", type=int, default=5, help="Number of rounds.")
    group.addoption(
        "--chaos-minutes", type=float, help="Time limit, instead of a number of rounds."
    )


def pytest_report_header(config: pytest.Config) -> str | None:
    """Print the seed, even if all tests pass."""
    if config.getoption("--chaos-seed", default=None) is None:
        config.option.chaos_seed = int.from_bytes(os.urandom(3))
    return f"chaos seed: {config.option.chaos_seed}"
