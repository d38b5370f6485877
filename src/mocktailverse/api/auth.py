"""Who may use the operators' endpoints: whoever shows their key in the header `x-api-key`."""

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
    """Let nobody pass without the key.

    Raises:
        ApiError: it is missing or wrong, or there is none to compare with.
    """
    expected = dependencies_of(request).ops_key()
    if not expected:
        raise ApiError(
            503,
            "no_ops_key",
            "No key for operators is set: put one into the SSM parameter that the stack's output "
            "OpsKeyParameter names, as a SecureString.",
        )
    if given is None or not hmac.compare_digest(given.encode("latin-1"), expected.encode()):
        problem = "is missing" if given is None else "is not the right one"
        headers = {"WWW-Authenticate": f'ApiKey header="{HEADER}"'}
        message = f"This address is for operators, and the key in the header {HEADER} {problem}."
        raise ApiError(401, "key_required", message, headers=headers)


KeyRequired = Depends(require_key)
