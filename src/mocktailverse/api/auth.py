"""Authentication of operators: the header `x-api-key` must hold their key."""

import hmac

from starlette.requests import Request

from mocktailverse.api.dependencies import dependencies_of
from mocktailverse.api.error_responses import ApiError

HEADER = "x-api-key"

SCHEME = "APIKeyHeader"
"""Its name in the OpenAPI document."""

SCHEMES = {
    SCHEME: {
        "type": "apiKey",
        "description": "The operators' key; see `OpsKeyParameter`.",
        "in": "header",
        "name": HEADER,
    }
}
"""How the OpenAPI document describes it."""


def require_key(request: Request) -> None:
    """Raise an ApiError if the key is missing or wrong, or the environment has none."""
    expected = dependencies_of(request).ops_key()
    if not expected:
        raise ApiError(
            503,
            "no_ops_key",
            "No operators' key is set. Store one as a SecureString in the SSM parameter that the "
            "stack's output `OpsKeyParameter` names.",
        )
    given = request.headers.get(HEADER)
    if not given or not hmac.compare_digest(given.encode("latin-1"), expected.encode()):
        problem = "is wrong" if given else "is missing"
        headers = {"WWW-Authenticate": f'ApiKey header="{HEADER}"'}
        message = f"This endpoint is for operators; the key in the header `{HEADER}` {problem}."
        raise ApiError(401, "key_required", message, headers=headers)
