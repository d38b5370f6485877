"""The zips for AWS Lambda, with the real code and dependencies."""

import importlib.util
import json
import platform
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import boto3
import pytest

from mocktailverse.checkout import find_checkout
from mocktailverse.deployment import artifacts, interpreters, package
from mocktailverse.deployment.artifacts import MachineRequirements
from mocktailverse.deployment.bill_of_materials import bill_of_materials
from mocktailverse.deployment.interpreters import Interpreter
from mocktailverse.deployment.package import Architecture
from mocktailverse.errors import UnreachableError

# Packages that Lambda's runtime contains, so the zip does not (pyproject.toml).
RUNTIME_PACKAGES = ("boto3", "botocore", "s3transfer", "dateutil", "six.py", "urllib3")
ELF_MACHINES = {0xB7: "arm64", 0x3E: "x86_64"}
HASH_BASED_UNCHECKED = 0b01

IMPORT_ALL = """
import importlib, pkgutil, sys
sys.path[:0] = sys.argv[1:]
import mocktailverse.functions as functions
for module in pkgutil.iter_modules(functions.__path__):
    handlers = importlib.import_module(f"mocktailverse.functions.{module.name}")
    print(module.name, hasattr(handlers, "handler"), handlers.__cached__)
import msgspec
print(msgspec._core.__file__)
"""


def built(architecture: Architecture, cache_dir: Path) -> Path:
    checkout = find_checkout()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UV_OFFLINE", "1")
        try:
            return package.build(
                package.aws_lambda("python3.13", architecture),
                source=checkout.source,
                lock=checkout.lock,
                cache_dir=cache_dir,
            )
        except UnreachableError:
            pytest.skip(
                f"uv's cache lacks the dependencies for {architecture}, and tests download nothing:"
                f" run `mocktailverse package --arch {architecture}` once"
            )


@pytest.fixture(scope="module")
def arm64(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built("arm64", tmp_path_factory.mktemp("arm64"))


@pytest.fixture(scope="module")
def x86_64(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built("x86_64", tmp_path_factory.mktemp("x86_64"))


@pytest.fixture(scope="module")
def python_3_13() -> Interpreter:
    interpreter = interpreters.find("3.13")
    if interpreter is None:
        pytest.skip("no Python 3.13 runs on this machine")
    return interpreter


def contents(archive: Path, suffix: str) -> dict[str, bytes]:
    with zipfile.ZipFile(archive) as bundle:
        return {name: bundle.read(name) for name in bundle.namelist() if name.endswith(suffix)}


def test_the_bill_of_materials_lists_the_locked_packages_at_their_versions(arm64):
    lock = find_checkout().lock.read_text()
    locked = set(re.findall(r"^([a-z0-9-]+)==(\S+)", lock, re.MULTILINE))
    components = json.loads(bill_of_materials(arm64))["components"]
    listed = {(one["name"], one["version"]) for one in components}
    assert listed <= locked
    names = {name for name, _ in listed}
    assert {"starlette", "mangum", "msgspec"} <= names
    assert names.isdisjoint({"fastapi", "pydantic"}), "they would be most of a cold start"
    assert len(listed) == len(contents(arm64, ".dist-info/METADATA"))


@pytest.mark.parametrize("architecture", ["arm64", "x86_64"])
def test_compiled_code_is_for_the_chosen_machine_and_python(architecture, request):
    archive = request.getfixturevalue(architecture)
    assert artifacts.machine_requirements(archive) == MachineRequirements("3.13", architecture)
    libraries = {n: c for n, c in contents(archive, ".so").items() if "cpython" in n}
    assert libraries
    for name, content in libraries.items():
        assert "cpython-313" in name
        assert ELF_MACHINES[int.from_bytes(content[18:20], "little")] == architecture, name
    tags = [
        line.removeprefix("Tag: ")
        for wheel in contents(archive, ".dist-info/WHEEL").values()
        for line in wheel.decode().splitlines()
        if line.startswith("Tag: ")
    ]
    machine = {"arm64": "aarch64", "x86_64": "x86_64"}[architecture]
    assert {tag.rpartition("-")[2] == "any" or tag.endswith(machine) for tag in tags} == {True}


def test_the_zip_is_within_lambda_s_limits(arm64):
    with zipfile.ZipFile(arm64) as bundle:
        unpacked = sum(entry.file_size for entry in bundle.infolist())
        names = bundle.namelist()
    assert arm64.stat().st_size < 50 * 1024 * 1024
    assert unpacked < 250 * 1024 * 1024
    assert not [name for name in names if name.startswith(("bin/", "boto3/", "botocore/"))]
    assert not [name for name in names if name.endswith(("/RECORD", "/direct_url.json"))]


def test_the_same_input_gives_the_same_zip_byte_for_byte(arm64, tmp_path):
    again = built("arm64", tmp_path)
    assert again != arm64
    assert again.read_bytes() == arm64.read_bytes()


def test_byte_code_is_included_identical_for_both_machines_and_never_checked(
    arm64, x86_64, python_3_13
):
    assert python_3_13.version.startswith("3.13")
    byte_code = contents(arm64, ".pyc")
    assert "mocktailverse/functions/__pycache__/transform.cpython-313.pyc" in byte_code
    headers = {int.from_bytes(code[4:8], "little") for code in byte_code.values()}
    assert headers == {HASH_BASED_UNCHECKED}
    assert byte_code == contents(x86_64, ".pyc")


@pytest.mark.skipif(
    (platform.system(), platform.machine()) != ("Linux", "x86_64"),
    reason="only Linux on x86_64 runs code that is compiled for it",
)
def test_the_x86_64_zip_is_imported_by_python_3_13(x86_64, python_3_13, tmp_path):
    task, runtime = tmp_path / "task", tmp_path / "runtime"
    runtime.mkdir()
    site_packages = Path(boto3.__file__).parents[1]
    for name in RUNTIME_PACKAGES:
        (runtime / name).symlink_to(site_packages / name)
    with zipfile.ZipFile(x86_64) as bundle:
        bundle.extractall(task)
    done = subprocess.run(
        [python_3_13.executable, "-I", "-S", "-B", "-c", IMPORT_ALL, task, runtime],
        cwd=tmp_path,
        env={},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    *handlers, compiled = done.stdout.splitlines()
    assert {line.split()[0] for line in handlers} >= {"transform", "fetch", "reconcile"}
    assert all(line.split()[2].startswith(str(task)) for line in handlers)
    assert all(path.startswith(str(task)) for path in compiled.split())


def test_byte_code_for_3_13_differs_from_another_python_s(arm64):
    if sys.version_info[:2] != (3, 13):
        assert importlib.util.MAGIC_NUMBER not in {
            code[:4] for code in contents(arm64, ".pyc").values()
        }
