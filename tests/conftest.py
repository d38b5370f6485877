"""Options of the whole suite."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--renew-golden`; see tests/unit/test_normalize.py."""
    parser.addoption(
        "--renew-golden",
        action="store_true",
        help="Write tests/unit/golden anew, after TRANSFORM_VERSION was raised.",
    )
