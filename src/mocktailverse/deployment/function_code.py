"""The code that each function of a stack runs, and how to replace it without a deployment."""

import base64
from typing import TYPE_CHECKING

from msgspec import Struct

from mocktailverse.deployment import function_versions
from mocktailverse.deployment.artifacts import Artifact
from mocktailverse.deployment.changes import DeploymentError
from mocktailverse.errors import UsageError
from mocktailverse.stores import cloudformation_stack as stack
from mocktailverse.stores.clients import Clients
from mocktailverse.stores.error_translation import ignored
from mocktailverse.stores.functions import LIVE
from mocktailverse.waiting import wait_until

if TYPE_CHECKING:
    from types_boto3_lambda.type_defs import FunctionConfigurationResponseTypeDef

_TIMEOUT_S = 120.0
_POLL_S = 0.5


class FunctionCode(Struct, frozen=True):
    """The code of one function."""

    name: str
    """Short name, such as `transform` for the resource TransformFunction."""
    function: str
    """Lambda's name of the function."""
    code_sha256: str
    """Hash in Base64 of the code that serves; empty if the function was deleted manually."""
    modified_at: str
    runtime: str
    architecture: str
    latest_sha256: str = ""
    """The same of its latest code, from which the next version is made."""

    @property
    def zip(self) -> str:
        """The hash in hex of the code that serves, as records of releases hold it."""
        return base64.b64decode(self.code_sha256).hex()


def function_codes(clients: Clients, stack_name: str) -> list[FunctionCode]:
    """Return the code of each function of a stack, sorted by name."""
    names = function_versions.function_names(clients, stack_name)
    return [_code(clients, name, function) for name, function in names.items()]


def _code(clients: Clients, name: str, function: str) -> FunctionCode:
    latest = _configuration(clients, function)
    if latest is None:
        return FunctionCode(name, function, "", "", "", "")
    # A function that an older release deployed has no alias: its latest code serves.
    live = _configuration(clients, f"{function}:{LIVE}") or latest
    return FunctionCode(
        name,
        function,
        code_sha256=live["CodeSha256"],
        modified_at=live["LastModified"],
        runtime=live["Runtime"],
        architecture=live["Architectures"][0],
        latest_sha256=latest["CodeSha256"],
    )


def _configuration(
    clients: Clients, function: str
) -> "FunctionConfigurationResponseTypeDef | None":
    with ignored("ResourceNotFoundException"):
        return clients.lambda_.get_function_configuration(FunctionName=function)
    return None


def find_function(codes: list[FunctionCode], name: str) -> FunctionCode:
    """Return the function with a short name, or with Lambda's; UsageError if there is none."""
    for code in codes:
        if name in (code.name, code.function):
            return _require_present(code)
    names = ", ".join(code.name for code in codes)
    raise UsageError(f"There is no function `{name}`. Choose one of {names}.")


def require_same_machine(code: FunctionCode, runtime: str, architecture: str) -> None:
    """Raise UsageError unless a zip was built for the machine that the function runs on."""
    if (code.runtime, code.architecture) != (runtime, architecture):
        raise UsageError(
            f"`{code.function}` runs {code.runtime} on {code.architecture}, but this zip is for"
            f" {runtime} on {architecture}. Add --arch {code.architecture}, or deploy the stack."
        )


def replace_code(clients: Clients, function: str, artifact: Artifact) -> None:
    """Make a stored zip a function's latest code, which does not serve until it has a version.

    It waits until the function has it; DeploymentError if it cannot.
    """
    clients.lambda_.update_function_code(
        FunctionName=function, S3Bucket=artifact.bucket, S3Key=artifact.key
    )

    def finished() -> "FunctionConfigurationResponseTypeDef | None":
        configuration = clients.lambda_.get_function_configuration(FunctionName=function)
        is_updating = configuration.get("LastUpdateStatus") == "InProgress"
        return None if is_updating else configuration

    configuration = wait_until(finished, _TIMEOUT_S, _POLL_S)
    if configuration is None:
        raise DeploymentError(
            f"Timed out after {_TIMEOUT_S:.0f} s waiting for `{function}` to run the new code."
        )
    if configuration.get("LastUpdateStatus") == "Failed":
        raise DeploymentError(f"{function}: {configuration.get('LastUpdateStatusReason')}")


def restore_latest_code(clients: Clients, stack_name: str) -> list[str]:
    """Make the stack's zip the latest code of all functions again; return the others' names.

    CloudFormation does not do this: it compares with what it deployed itself, so it does not see
    code that was replaced in between. What serves does not change. A function that was deleted
    manually raises UsageError.
    """
    artifact = stack_artifact(clients, stack_name)
    if artifact is None:
        return []
    codes = function_codes(clients, stack_name)
    other = [code for code in codes if code.latest_sha256 != artifact.code_sha256]
    for code in other:
        replace_code(clients, _require_present(code).function, artifact)
    return [code.name for code in other]


def stack_artifact(clients: Clients, stack_name: str) -> Artifact | None:
    """Return the zip that a stack's parameters name; None if they name none."""
    description = stack.describe(clients, stack_name)
    values = stack.parameters(description) if description else {}
    artifact = Artifact(values.get("ArtifactBucket", ""), values.get("FunctionsKey", ""))
    return artifact if artifact.is_addressed else None


def functions_with_other_code(clients: Clients, stack_name: str) -> list[str]:
    """Return the names of a stack's functions that do not run the stack's zip."""
    artifact = stack_artifact(clients, stack_name)
    if artifact is None:
        return []
    codes = function_codes(clients, stack_name)
    return [code.name for code in codes if code.code_sha256 != artifact.code_sha256]


def _require_present(code: FunctionCode) -> FunctionCode:
    if not code.code_sha256:
        raise UsageError(
            f"`{code.function}` was deleted manually, and CloudFormation does not create it again."
            " Run `mocktailverse destroy` for the environment, then deploy it."
        )
    return code
