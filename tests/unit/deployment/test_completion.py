"""What a deployment does besides CloudFormation, and leaves to it on AWS."""

from types import SimpleNamespace
from typing import Any

import pytest

from mocktailverse.checkout import find_checkout
from mocktailverse.deployment.account import Account
from mocktailverse.deployment.completion import complete
from mocktailverse.deployment.environments import environment
from mocktailverse.deployment.target import DeployTarget


@pytest.mark.parametrize(
    ("endpoint", "tables"), [(None, []), ("http://127.0.0.1:4566", ["mocktailverse-loads-dev"])]
)
def test_on_aws_only_cloudformation_sets_the_time_to_live(endpoint, tables):
    """Otherwise a rehearsal would confirm what the deployment itself did."""
    enabled = []
    clients: Any = SimpleNamespace(
        dynamodb=SimpleNamespace(
            update_time_to_live=lambda **given: enabled.append(given["TableName"])
        ),
        ssm=SimpleNamespace(put_parameter=lambda **_: None),
    )
    checkout = find_checkout()
    account = Account("1", "eu-central-1", "me", endpoint)
    dev = environment(checkout.environments, "dev")

    complete(
        DeployTarget("dev", dev, checkout, clients, account),
        {"LoadsTable": "mocktailverse-loads-dev"},
        print,
    )

    assert enabled == tables
