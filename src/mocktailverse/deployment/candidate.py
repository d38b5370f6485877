"""What a deployment makes of a stack, and what it was before: template and parameters."""

import hashlib
from collections.abc import Mapping

import msgspec
from msgspec import Struct

from mocktailverse.cost.template import Template
from mocktailverse.deployment.artifacts import Artifact
from mocktailverse.deployment.release import Release
from mocktailverse.stores import cloudformation_stack as stack
from mocktailverse.stores.clients import Clients

WITHOUT_ECHO = "SourceKey"
"""The template's parameter without echo: no record holds its value; the stack keeps it."""

Parameters = Mapping[str, str | None]
"""Values of the template's parameters; None keeps the stack's value."""


class ReleaseCandidate(Struct, frozen=True):
    """A release with the template and the parameters that deploy it."""

    release: Release
    template: str
    """The template's text, as CloudFormation gets it."""
    parameters: Parameters
    """Without `LiveVersions`, which the deployment itself sets."""
    id: str
    """A hash in hex of code, template and parameters."""


class StackState(Struct, frozen=True):
    """The template and the parameters of a stack, with which an update can return to them."""

    template: str
    parameters: Parameters
    outputs: Mapping[str, str]

    @property
    def artifact(self) -> Artifact:
        """The zip that the parameters name."""
        values = self.parameters
        return Artifact(values.get("ArtifactBucket") or "", values.get("FunctionsKey") or "")


def candidate(release: Release, template: str, parameters: Parameters) -> ReleaseCandidate:
    """Return what deploys a release, with its id."""
    plain = sorted(
        (name, value)
        for name, value in parameters.items()
        if value is not None and name != WITHOUT_ECHO
    )
    content = msgspec.json.encode([release.artifact.key, template, plain])
    return ReleaseCandidate(release, template, parameters, hashlib.sha256(content).hexdigest())


def read_state(clients: Clients, stack_name: str) -> StackState | None:
    """Return the state of a stack; None if it does not exist, or cannot be updated."""
    description = stack.describe(clients, stack_name)
    if description is None or description["StackStatus"] not in stack.WORKING:
        return None
    body = clients.cloudformation.get_template(StackName=stack_name, TemplateStage="Original")
    text = body["TemplateBody"]
    template = text if isinstance(text, str) else msgspec.json.encode(text).decode()
    declared = Template.parse(template).document.get("Parameters", {})
    secret = {name for name, value in declared.items() if value.get("NoEcho")}
    values: dict[str, str | None] = dict(stack.parameters(description))
    return StackState(
        template, values | dict.fromkeys(secret & values.keys()), stack.outputs(clients, stack_name)
    )
