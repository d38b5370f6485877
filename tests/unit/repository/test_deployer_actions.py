"""The deploying role is complete, and has nothing to spare: AWS's own lists decide.

See tests/policies: what CloudFormation's handlers call (AWS's schemas), what is left out and why,
and what `mocktailverse deploy` calls itself.
"""

import fnmatch
import re
from collections.abc import Iterator

import pytest

from mocktailverse.checkout import find_checkout
from policies import simulation
from policies.deployer import ENVIRONMENTS, deployer
from policies.handlers import Need, actions_of, needs, resources, schema
from policies.omissions import DENIED_IN_PROD, DENIED_WHILE_KEPT, OMISSIONS, Omission
from policies.own_uses import own_uses
from policies.simulation import Request, decide

EMAILS = ("", "bar@example.org")

pytestmark = pytest.mark.aws_gate


def is_omitted(need: Need) -> bool:
    return any(omits(one, need.type, need.request.action) for one in OMISSIONS)


def omits(omission: Omission, kind: str, action: str) -> bool:
    patterns = omission.actions
    return omission.type == kind and any(fnmatch.fnmatchcase(action, each) for each in patterns)


def required(env: str) -> Iterator[Need]:
    """Yield the calls that the role must be allowed, e-mail address or not."""
    for email in EMAILS:
        yield from (need for need in needs(env, email) if not is_omitted(need))


def missing(env: str, prod_data: str) -> dict[str, set[str]]:
    """Return the required calls that are not allowed: the ARNs by action."""
    statements = deployer(env, ProdData=prod_data).statements
    calls = dict[str, set[str]]()
    for need in required(env):
        if decide(statements, need.request) != "allowed":
            calls.setdefault(need.request.action, set()).add(need.request.arn)
    return calls


@pytest.mark.parametrize("env", ["dev", "staging"])
def test_the_role_is_allowed_every_call_of_the_handlers_on_the_names_of_the_template(env):
    assert missing(env, "kept") == {}


@pytest.mark.parametrize(
    ("prod_data", "denied"),
    [("open", DENIED_IN_PROD), ("kept", DENIED_IN_PROD | DENIED_WHILE_KEPT)],
)
def test_in_prod_only_its_data_is_out_of_reach(prod_data, denied):
    calls = missing("prod", prod_data)
    assert set(calls) == denied
    data = re.compile(r".*(table/mocktailverse-(drinks|loads)-prod|:::mocktailverse-data-prod-.*)")
    assert not [arn for arns in calls.values() for arn in arns if not data.fullmatch(arn)]


@pytest.mark.parametrize("env", ENVIRONMENTS)
def test_the_role_is_allowed_every_call_of_a_deployment_itself(env):
    role = deployer(env).statements
    requests = [use.request for use in own_uses(env)]
    denied = {request.action for request in requests if decide(role, request) != "allowed"}
    assert denied == ({"cloudformation:DeleteStack"} if env == "prod" else set())


@pytest.mark.parametrize("use", own_uses("dev"), ids=lambda use: f"{use.request.action} {use.call}")
def test_the_code_makes_each_call_of_the_table(use):
    assert use.call in (find_checkout().source / use.module).read_text()


def test_every_allowed_action_and_resource_is_needed(record_property):
    unneeded = dict[str, set[str]]()
    for env in ENVIRONMENTS:
        requests = [need.request for need in required(env)]
        requests += [use.request for use in own_uses(env)]
        for statement in deployer(env).statements:
            if statement["Effect"] == "Allow":
                spare = set(without_need(statement, requests))
                sid = statement["Sid"]
                unneeded[sid] = unneeded.get(sid, spare) & spare
    assert {sid: spare for sid, spare in unneeded.items() if spare} == {}
    record_property("proved", "deploying role: each call of AWS's schemas, and nothing to spare")


def without_need(statement: simulation.Statement, requests: list[Request]) -> Iterator[str]:
    """Yield the actions and the resources of a statement that no request uses."""
    used = [request for request in requests if simulation.applies(statement, request)]
    yield from set(simulation.actions(statement)) - {request.action for request in used}
    for pattern in simulation.resources(statement):
        if not any(simulation.matches(pattern, request.arn) for request in used):
            yield pattern


@pytest.mark.parametrize("omission", OMISSIONS, ids=lambda one: f"{one.type} {one.actions[0]}")
def test_an_omission_omits_what_a_handler_lists_and_the_template_does_not_use(omission):
    listed = actions_of(omission.type)
    for pattern in omission.actions:
        assert fnmatch.filter(listed, pattern), f"no handler calls {pattern}"
    assert set(omission.properties) <= schema(omission.type)["properties"].keys()
    for env in ENVIRONMENTS:
        for kind, properties in resources(env, EMAILS[1]).values():
            assert kind != omission.type or not set(omission.properties) & properties.keys()
