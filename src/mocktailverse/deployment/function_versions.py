"""Published versions of the functions, and the alias `live`, which names the one that serves.

A version is an immutable copy of a function's code and settings. Events reach a function through
the alias, so a new version can be tried before it serves, and moving the alias back is instant.
"""

from collections.abc import Mapping
from typing import Any

from mocktailverse.stores import cloudformation_stack as stack
from mocktailverse.stores.clients import Clients
from mocktailverse.stores.environment import FUNCTION_OUTPUT_SUFFIX
from mocktailverse.stores.error_translation import ignored
from mocktailverse.stores.functions import LIVE

FUNCTIONS = ("api", "fetch", "publish", "reconcile", "transform")
"""Short names of the functions, in the order of the template's parameter `LiveVersions`."""

LIVE_VERSIONS = "LiveVersions"
"""The template's parameter with the versions to which the aliases point."""

LATEST = "$LATEST"
"""Lambda's name for a function's current code and settings, which may change at any time."""

_OFTEN: Any = {"Delay": 0.5, "MaxAttempts": 3120}
"""By default it asks every 5 s, but most versions are active at once; it still waits for 26 min."""


def function_names(clients: Clients, stack_name: str) -> dict[str, str]:
    """Return Lambda's names of a stack's functions by their short names."""
    functions = stack.resources(clients, stack_name, "AWS::Lambda::Function")
    return {
        logical_id.removesuffix(FUNCTION_OUTPUT_SUFFIX).lower(): name
        for logical_id, name in sorted(functions.items())
    }


def parameter(versions: Mapping[str, str]) -> dict[str, str]:
    """Return the template's parameter for versions; a function without one has its latest code."""
    return {LIVE_VERSIONS: ",".join(versions.get(name, LATEST) for name in FUNCTIONS)}


def pin_live(clients: Clients, stack_name: str) -> dict[str, str]:
    """Return the version of each function that serves, and let each serve no other one.

    A function whose latest code serves, of a stack that `sam deploy` or an older release deployed,
    gets a version of it first.
    """
    versions = {}
    for name, function in function_names(clients, stack_name).items():
        alias = _aliased(clients, function)
        versions[name] = publish(clients, function) if alias in (None, LATEST) else alias
        if alias == LATEST:
            _move(clients, function, versions[name])
    return versions


def serve(clients: Clients, stack_name: str, versions: Mapping[str, str]) -> None:
    """Move the alias of each function to one of its versions, which serves from then on."""
    names = function_names(clients, stack_name)
    for name, version in versions.items():
        if _aliased(clients, names[name]) not in (None, version):
            _move(clients, names[name], version)


def publish(clients: Clients, function: str) -> str:
    """Publish a function's latest code and settings as a version; return its number.

    It is the last version again if nothing has changed since. The version can be invoked.
    """
    version = clients.lambda_.publish_version(FunctionName=function)["Version"]
    waiter = clients.lambda_.get_waiter("published_version_active")
    waiter.wait(FunctionName=function, Qualifier=version, WaiterConfig=_OFTEN)
    return version


def publish_all(clients: Clients, stack_name: str) -> dict[str, str]:
    """Publish all functions of a stack; return the number of each version."""
    names = function_names(clients, stack_name)
    return {name: publish(clients, function) for name, function in names.items()}


def delete_older(clients: Clients, stack_name: str, than: Mapping[str, str]) -> None:
    """Delete the versions that are older than those in `than`, unless they serve.

    Newer ones may be those that another deployment tries. The code of all versions counts towards
    Lambda's 75 GB for a region ("Lambda quotas").
    """
    for name, function in function_names(clients, stack_name).items():
        pages = clients.lambda_.get_paginator("list_versions_by_function").paginate(
            FunctionName=function
        )
        numbers = {version["Version"] for page in pages for version in page["Versions"]} - {LATEST}
        first_kept = int(than.get(name, 0))
        serving = _aliased(clients, function)
        for number in sorted(numbers, key=int):
            if int(number) < first_kept and number != serving:
                clients.lambda_.delete_function(FunctionName=function, Qualifier=number)


def _aliased(clients: Clients, function: str) -> str | None:
    """Return the version that the alias `live` names; None without the alias."""
    with ignored("ResourceNotFoundException"):
        return clients.lambda_.get_alias(FunctionName=function, Name=LIVE)["FunctionVersion"]
    return None


def _move(clients: Clients, function: str, version: str) -> None:
    clients.lambda_.update_alias(FunctionName=function, Name=LIVE, FunctionVersion=version)
