"""Translates AWS error codes into this package's errors: the only table of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    CredentialRetrievalError,
    EndpointConnectionError,
    FlexibleChecksumError,
    HTTPClientError,
    IncompleteReadError,
    InvalidRegionError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)

from mocktailverse.errors import (
    MissingError,
    PermanentError,
    TransientError,
    UnreachableError,
    UsageError,
)

THROTTLES = {
    "ProvisionedThroughputExceededException", "RequestLimitExceeded", "RequestThrottled",
    "SlowDown", "ThrottledException", "Throttling", "ThrottlingException",
    "TooManyRequestsException",
}  # fmt: skip
TRANSIENT = {
    "InternalError", "InternalFailure", "InternalServerError", "RequestTimeout",
    "RequestTimeoutException", "ServiceUnavailable", "TransactionInProgressException",
}  # fmt: skip
MISSING = {
    "404", "AWS.SimpleQueueService.NonExistentQueue", "NoSuchKey", "NoSuchVersion",
    "ParameterNotFound", "QueueDoesNotExist", "ResourceNotFoundException",
    "TrimmedDataAccessException",
}  # fmt: skip
REFUSED_CREDENTIALS = {
    "ExpiredToken", "ExpiredTokenException", "InvalidAccessKeyId", "InvalidClientTokenId",
    "RequestExpired", "SignatureDoesNotMatch", "UnrecognizedClientException",
}  # fmt: skip
SERVER_ERROR = 500

# Names boto3's variables; their values depend on the user's account.
LOG_IN = (
    "Log in (`aws sso login`), or set AWS_PROFILE and AWS_DEFAULT_REGION; for the embedded AWS"
    ' run: eval "$(mocktailverse outputs --exports)"'
)


class ThrottledError(TransientError):
    """AWS throttled the call; it succeeds later at a lower rate."""


def error_code(error: ClientError) -> str:
    """Return the AWS error code of a client error."""
    return error.response.get("Error", {}).get("Code", "")


def conflicting_item(error: ClientError) -> Any:  # noqa: ANN401 - an item of any table
    """Return the item that a write's condition refused (None: there is none), or re-raise."""
    if error_code(error) != "ConditionalCheckFailedException":
        raise error
    return error.response.get("Item")


@contextmanager
def translated(action: str) -> Iterator[None]:
    """Raise this package's errors instead of botocore's; messages begin with `action`.

    Raises:
        ThrottledError, TransientError: the same call may succeed later.
        MissingError, PermanentError: it will not.
        UnreachableError: the endpoint cannot be reached.
        UsageError: credentials or region are missing or invalid.
    """
    try:
        yield
    except ClientError as error:
        raise _from_client_error(action, error) from error
    except EndpointConnectionError as error:
        address = error.kwargs.get("endpoint_url", "AWS")
        raise UnreachableError(f"{action}: cannot connect to {address}.") from error
    except (
        CredentialRetrievalError,
        InvalidRegionError,
        NoCredentialsError,
        NoRegionError,
        PartialCredentialsError,
        ProfileNotFound,
        SSOError,
        TokenRetrievalError,
    ) as error:
        raise UsageError(f"{action}: {str(error).rstrip('.')}. {LOG_IN}") from error
    except (
        ConnectTimeoutError,
        FlexibleChecksumError,
        HTTPClientError,
        IncompleteReadError,
    ) as error:
        raise TransientError(f"{action}: {error}") from error
    except BotoCoreError as error:
        raise PermanentError(f"{action}: {error}") from error
    except ValueError as error:  # botocore has no class of its own for a malformed address
        if not str(error).startswith("Invalid endpoint"):
            raise
        raise UsageError(f"{action}: {error}. It must look like http://127.0.0.1:4566.") from error


@contextmanager
def ignored(*codes: str) -> Iterator[None]:
    """End the block at a client error with one of these AWS error codes, and go on after it."""
    try:
        yield
    except ClientError as error:
        if error_code(error) not in codes:
            raise


def _from_client_error(action: str, error: ClientError) -> Exception:
    code = error_code(error)
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    text = f"{action}: {error.response.get('Error', {}).get('Message', code)} ({code})"
    if code in REFUSED_CREDENTIALS:
        return UsageError(f"{text}. {LOG_IN}")
    if code in THROTTLES:
        return ThrottledError(text)
    if code in TRANSIENT or status >= SERVER_ERROR:
        return TransientError(text)
    if code in MISSING:
        return MissingError(text)
    return PermanentError(text)
