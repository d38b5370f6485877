"""What botocore raises becomes one of this package's errors, whatever else botocore calls it."""

import pytest
from botocore.exceptions import (
    BotoCoreError,
    InvalidRegionError,
    ParamValidationError,
    UnknownEndpointError,
)

from mocktailverse.errors import PermanentError, UsageError
from mocktailverse.stores.errors import translated


@pytest.mark.parametrize(
    ("raised", "kind"),
    [
        (InvalidRegionError(region_name="no region"), UsageError),
        (ValueError("Invalid endpoint: 127.0.0.1:4566"), UsageError),
        (UnknownEndpointError(service_name="s3", region_name="nowhere"), PermanentError),
        (ParamValidationError(report="too long"), PermanentError),
        (BotoCoreError(), PermanentError),
    ],
)
def test_errors_of_botocore_are_told_with_what_was_done(raised, kind):
    with pytest.raises(kind, match=r"^Reading: ") as told, translated("Reading"):
        raise raised
    assert told.value.__cause__ is raised


def test_a_value_error_of_our_own_is_no_error_of_aws():
    mistake = ValueError("not that one")
    with pytest.raises(ValueError, match="not that one"), translated("Reading"):
        raise mistake
