"""The code that each function of a stack runs, and replacing it without a whole deployment."""

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError
from msgspec import Struct

from mocktailverse.deployment.artifacts import Artifact
from mocktailverse.deployment.changes import DeploymentError
from mocktailverse.errors import UsageError
from mocktailverse.stores import cloudformation_stack as stack
from mocktailverse.stores.error_translation import error_code
from mocktailverse.waiting import wait_until

if TYPE_CHECKING:
    from types_boto3_lambda.type_defs import FunctionConfigurationResponseTypeDef

    from mocktailverse.stores.clients import Clients

TIMEOUT_S = 120.0
POLL_S = 0.5

_SUFFIX = "Function"


class FunctionCode(Struct, frozen=True):
    """What a function runs."""

    name: str
    """`transform`, for the resource TransformFunction."""
    function: str
    """Lambda's name for it."""
    code_sha256: str
    """As Lambda writes it, in Base64; empty where somebody has deleted the function."""
    modified_at: str
    runtime: str
    architecture: str


def codes(clients: "Clients", stack_name: str) -> list[FunctionCode]:
    """The code of each function of a stack, by name."""
    found = []
    functions = stack.resources(clients, stack_name, "AWS::Lambda::Function")
    for logical_id, function in sorted(functions.items()):
        name = logical_id.removesuffix(_SUFFIX).lower()
        found.append(_code(clients, name, function))
    return found


def _code(clients: "Clients", name: str, function: str) -> FunctionCode:
    try:
        answer = clients.lambda_.get_function_configuration(FunctionName=function)
    except ClientError as error:
        if error_code(error) != "ResourceNotFoundException":
            raise
        return FunctionCode(name, function, "", "", "", "")
    return FunctionCode(
        name,
        function,
        answer["CodeSha256"],
        answer["LastModified"],
        answer["Runtime"],
        answer["Architectures"][0],
    )


def choose(found: list[FunctionCode], name: str) -> FunctionCode:
    """The function of a name: `transform`, or what Lambda calls it.

    Raises:
        UsageError: there is none, or it is gone.
    """
    for code in found:
        if name in (code.name, code.function):
            return _present(code)
    known = ", ".join(code.name for code in found)
    raise UsageError(f"There is no function {name!r}; there are {known}.")


def require_fit(code: FunctionCode, runtime: str, architecture: str) -> None:
    """Make sure that a zip for one machine does not go to a function on another.

    Raises:
        UsageError: it would.
    """
    if (code.runtime, code.architecture) != (runtime, architecture):
        raise UsageError(
            f"{code.function} is {code.runtime} on {code.architecture}, and this zip is for"
            f" {runtime} on {architecture}: add --arch {code.architecture}, or deploy all of it."
        )


def replace(clients: "Clients", function: str, artifact: Artifact) -> None:
    """Let a function run a stored zip, and wait until it does.

    Raises:
        DeploymentError: Lambda refuses the code.
    """
    clients.lambda_.update_function_code(
        FunctionName=function, S3Bucket=artifact.bucket, S3Key=artifact.key
    )

    def finished() -> "FunctionConfigurationResponseTypeDef | None":
        answer = clients.lambda_.get_function_configuration(FunctionName=function)
        return None if answer.get("LastUpdateStatus") == "InProgress" else answer

    answer = wait_until(finished, TIMEOUT_S, POLL_S)
    if answer is None:
        raise DeploymentError(f"{function} did not take the code in {TIMEOUT_S:.0f} s.")
    if answer.get("LastUpdateStatus") == "Failed":
        raise DeploymentError(f"{function}: {answer.get('LastUpdateStatusReason')}")


def level(clients: "Clients", stack_name: str, artifact: Artifact) -> list[str]:
    """Give the stack's zip to functions that run other code; returns their names.

    CloudFormation compares with what it deployed itself, so it does not see them.

    Raises:
        UsageError: one of them is gone.
    """
    other = _without(clients, stack_name, artifact)
    for code in other:
        replace(clients, _present(code).function, artifact)
    return [code.name for code in other]


def apart(clients: "Clients", stack_name: str) -> list[str]:
    """The names of a stack's functions that run other code than the stack's zip."""
    found = stack.describe(clients, stack_name)
    values = stack.parameters(found) if found else {}
    artifact = Artifact(values.get("ArtifactBucket", ""), values.get("FunctionsKey", ""))
    if not artifact.is_addressed:
        return []
    return [code.name for code in _without(clients, stack_name, artifact)]


def _without(clients: "Clients", stack_name: str, artifact: Artifact) -> list[FunctionCode]:
    """The functions that run other code than a zip's, or none."""
    found = codes(clients, stack_name)
    return [code for code in found if code.code_sha256 != artifact.code_sha256]


def _present(code: FunctionCode) -> FunctionCode:
    if not code.code_sha256:
        raise UsageError(
            f"{code.function} was deleted by hand, and CloudFormation does not make it again:"
            " `mocktailverse destroy` the environment, then deploy it."
        )
    return code
