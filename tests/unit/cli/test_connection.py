"""How a command finds its environment, and how far the state folder travels for that."""

import itertools
import sys
from pathlib import Path

import pytest

import mocktailverse
from mocktailverse.cli import api_server
from mocktailverse.cli.connection import connect, running_stack, state_folder
from mocktailverse.errors import UnreachableError, UsageError
from mocktailverse.local.processes import Process
from mocktailverse.local.state import EMULATOR, SERVER, AccessKey, write_stack
from worlds.local_stacks import new_local_stack

FLOORS = ("cli", "local", "deployment", "api", "operations", "pipeline", "catalogue", "stores")
"""The packages on the way to the API, from the top."""

MOST_FUNCTIONS = 12
MOST_CLIMBS = 2


@pytest.fixture
def folder(tmp_path):
    """Return a state folder whose stack was started, without its processes."""
    names = ("ApiFunction", "CatalogueBucket", "DataBucket", "LoadsTable", "OpsKeyParameter")
    outputs = {name: name for name in names}
    keys = {SERVER: AccessKey("id", "secret")}
    stack = new_local_stack(EMULATOR, outputs=outputs, service_keys=keys)
    write_stack(tmp_path, stack)
    return tmp_path


def test_a_given_folder_comes_before_the_setting_and_the_checkout(monkeypatch, tmp_path):
    monkeypatch.delenv("MOCKTAILVERSE_STATE_DIR", raising=False)
    assert state_folder(None).parts[-2:] == (".mocktailverse", "local")
    monkeypatch.setenv("MOCKTAILVERSE_STATE_DIR", "set")
    assert state_folder(None) == Path("set")
    assert state_folder(tmp_path) == tmp_path


def test_a_folder_without_a_stack_is_named(tmp_path):
    with pytest.raises(UnreachableError, match=f"No local stack runs in `{tmp_path}`"):
        connect("local", tmp_path)


def test_a_stack_whose_embedded_aws_has_ended_is_named(folder):
    with pytest.raises(UnreachableError, match=f"the stack in `{folder}` has ended"):
        running_stack(folder)


def test_a_deployed_environment_has_no_state_folder(tmp_path):
    with pytest.raises(UsageError, match="--state-dir is for the local stack"):
        connect("prod", tmp_path)


def test_the_state_folder_passes_few_functions_until_the_api_is_assembled(
    folder, monkeypatch, tmp_path
):
    monkeypatch.setattr(Process, "find", lambda process: process)  # the embedded AWS is alive
    monkeypatch.setattr("mocktailverse.local.health.is_healthy", lambda _: True)
    package = Path(mocktailverse.__file__).parent
    passed: list[tuple[str, str]] = []

    def note(frame, event, _argument):
        code = frame.f_code
        path = Path(code.co_filename)
        names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        is_ours = event == "call" and path.is_relative_to(package)
        if is_ours and any(frame.f_locals[name] == folder for name in names):
            passed.append((path.relative_to(package).parts[0], code.co_qualname))

    sys.setprofile(note)
    try:
        api_server.create("local", folder, tmp_path / "copies")
    finally:
        sys.setprofile(None)
    assert ("cli", "create") in passed
    assert len(set(passed)) <= MOST_FUNCTIONS
    floors = [FLOORS.index(name) for name, _ in passed]
    assert sum(below > above for below, above in itertools.pairwise(floors)) <= MOST_CLIMBS
