"""Authentication of operators: the header `x-api-key` must hold their key."""

import hmac
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyHeader

from mocktailverse.api.dependencies import dependencies_of
from mocktailverse.api.error_responses import ApiError

HEADER = "x-api-key"

_header = APIKeyHeader(
    name=HEADER, auto_error=False, description="The operators' key; see `OpsKeyParameter`."
)


def require_key(request: Request, given: Annotated[str | None, Security(_header)]) -> None:
    """Raise an ApiError if the key is missing or wrong, or the environment has none."""
    expected = dependencies_of(request).ops_key()
    if not expected:
        raise ApiError(
            503,
            "no_ops_key",
            "No operators' key is set. Store one as a SecureString in the SSM parameter that the "
            "stack's output `OpsKeyParameter` names.",
        )
    if given is None or not hmac.compare_digest(given.encode("latin-1"), expected.encode()):
        problem = "is missing" if given is None else "is wrong"
        headers = {"WWW-Authenticate": f'ApiKey header="{HEADER}"'}
        message = f"This endpoint is for operators; the key in the header `{HEADER}` {problem}."
        raise ApiError(401, "key_required", message, headers=headers)


KeyRequired = Depends(require_key)
