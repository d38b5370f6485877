"""Every error of botocore becomes an error of this package."""

import pytest
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    FlexibleChecksumError,
    IncompleteReadError,
    InvalidRegionError,
    NoCredentialsError,
    NoRegionError,
    ParamValidationError,
    ReadTimeoutError,
    ResponseStreamingError,
    UnknownEndpointError,
)

from mocktailverse.errors import (
    MissingError,
    PermanentError,
    TransientError,
    UnreachableError,
    UsageError,
)
from mocktailverse.stores.error_translation import ThrottledError, error_code, translated


@pytest.mark.parametrize(
    ("cause", "kind"),
    [
        (InvalidRegionError(region_name="no region"), UsageError),
        (ValueError("Invalid endpoint: 127.0.0.1:4566"), UsageError),
        (UnknownEndpointError(service_name="s3", region_name="mars"), PermanentError),
        (ParamValidationError(report="too long"), PermanentError),
        (BotoCoreError(), PermanentError),
        (ConnectTimeoutError(endpoint_url="u"), TransientError),
        (ConnectionClosedError(endpoint_url="u"), TransientError),
        (ReadTimeoutError(endpoint_url="u"), TransientError),
        (ResponseStreamingError(error="e"), TransientError),
        (IncompleteReadError(actual_bytes=1, expected_bytes=2), TransientError),
        (FlexibleChecksumError(error_msg="e"), TransientError),
    ],
)
def test_errors_of_botocore_are_raised_with_the_action(cause, kind):
    with pytest.raises(kind, match=r"^Reading: ") as error, translated("Reading"):
        raise cause
    assert error.value.__cause__ is cause


def test_another_value_error_is_not_an_error_of_aws():
    mistake = ValueError("a bug")
    with pytest.raises(ValueError, match="a bug"), translated("Reading"):
        raise mistake


def failed(code, status=400, message="no"):
    error = {"Error": {"Code": code, "Message": message}}
    return ClientError(error | {"ResponseMetadata": {"HTTPStatusCode": status}}, "GetItem")


KINDS = {
    ThrottledError: (
        "ProvisionedThroughputExceededException", "RequestLimitExceeded", "RequestThrottled",
        "SlowDown", "ThrottledException", "Throttling", "ThrottlingException",
        "TooManyRequestsException",
    ),
    TransientError: (
        "InternalError", "InternalFailure", "InternalServerError", "RequestTimeout",
        "RequestTimeoutException", "ServiceUnavailable", "TransactionInProgressException",
    ),
    MissingError: (
        "404", "AWS.SimpleQueueService.NonExistentQueue", "NoSuchKey", "NoSuchVersion",
        "ParameterNotFound", "QueueDoesNotExist", "ResourceNotFoundException",
    ),
    UsageError: (
        "ExpiredToken", "ExpiredTokenException", "InvalidAccessKeyId", "InvalidClientTokenId",
        "RequestExpired", "SignatureDoesNotMatch", "UnrecognizedClientException",
    ),
    PermanentError: ("AccessDeniedException", "ValidationException", "NoSuchBucketPolicy", ""),
}  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "code"), [(k, code) for k, codes in KINDS.items() for code in codes]
)
def test_each_error_code_of_aws_has_one_kind(kind, code):
    with pytest.raises(kind) as raised, translated("Reading"):
        raise failed(code)
    assert type(raised.value) is kind
    assert str(raised.value).startswith(f"Reading: no ({code})")
    assert ("aws sso login" in str(raised.value)) == (kind is UsageError)


@pytest.mark.parametrize(("status", "kind"), [(499, PermanentError), (500, TransientError)])
def test_an_unknown_code_with_a_server_status_is_transient(status, kind):
    with pytest.raises(kind) as raised, translated("Reading"):
        raise failed("Odd", status)
    assert type(raised.value) is kind


def test_an_error_without_any_detail_is_permanent():
    with pytest.raises(PermanentError, match=r"^Reading:  \(\)$"), translated("Reading"):
        raise ClientError({}, "GetItem")
    assert error_code(ClientError({"Error": {}}, "GetItem")) == ""


@pytest.mark.parametrize(
    ("raised", "kind", "text"),
    [
        (EndpointConnectionError(endpoint_url="http://a"), UnreachableError, "http://a"),
        (NoCredentialsError(), UsageError, "aws sso login"),
        (NoRegionError(), UsageError, "AWS_DEFAULT_REGION"),
        (ConnectTimeoutError(endpoint_url="http://a"), TransientError, "http://a"),
        (ValueError("Invalid endpoint: a"), UsageError, "must look like http://127.0.0.1:4566"),
    ],
)
def test_an_error_without_a_response_says_what_to_do(raised, kind, text):
    with pytest.raises(kind, match=f"^Reading: .*{text}"), translated("Reading"):
        raise raised
