"""infrastructure/deployer.yaml with its loop over the environments unrolled for one of them."""

from typing import Any, NamedTuple

from mocktailverse.checkout import find_checkout
from mocktailverse.cost.template import Template

ACCOUNT = "123456789012"
REGION = "eu-central-1"
ENVIRONMENTS = ("dev", "staging", "prod")


class Deployer(NamedTuple):
    """What the file creates for one environment; the statements of its policies."""

    role: dict[str, Any]
    stores: dict[str, Any]
    boundary: dict[str, Any]

    @property
    def statements(self) -> list[dict[str, Any]]:
        """What a deployment may do."""
        return [*self.inline_statements, *self.stores["PolicyDocument"]["Statement"]]

    @property
    def inline_statements(self) -> list[dict[str, Any]]:
        """What the role's own policy says of that."""
        (policy,) = self.role["Policies"]
        return list(policy["PolicyDocument"]["Statement"])

    @property
    def boundary_statements(self) -> list[dict[str, Any]]:
        """What a role that it creates may do at most."""
        return list(self.boundary["PolicyDocument"]["Statement"])


def deployer(env: str, account: str = ACCOUNT, **parameters: str) -> Deployer:
    """Return what the file creates for an environment, with these values of its parameters."""
    document = Template.read(find_checkout().template.with_name("deployer.yaml")).document
    _, _, loop = document["Resources"]["Fn::ForEach::Environments"]
    values = {
        "Env": env,
        "Repository": "OWNER/NAME",
        "AWS::Partition": "aws",
        "AWS::AccountId": account,
        "AWS::Region": REGION,
        **parameters,
    }
    resources = Template({**document, "Resources": loop}).resources(values)
    by_name = {resource.name: resource.properties for resource in resources}
    attached = by_name["Role${Env}"]["ManagedPolicyArns"]
    assert attached == [{"Fn::GetAtt": [f"Stores{env}", "PolicyArn"]}]
    return Deployer(*(by_name[f"{part}${{Env}}"] for part in ("Role", "Stores", "Boundary")))
