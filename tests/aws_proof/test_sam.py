"""AWS's own command line, the SAM CLI: it accepts the template, and the documented lines deploy it.

The lines are taken from the how-to guide as they are, and run against the embedded AWS.
"""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from aws_proof import set_up
from mocktailverse.local.state import LocalStack
from mocktailverse.stores import cloudformation_stack
from mocktailverse.stores.functions import Functions

GUIDE = set_up.ROOT / "docs" / "how-to" / "deploy.md"
SECTION = re.compile(r"^## With the SAM CLI\n.*?^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
STACK = "mocktailverse-dev"
TEMPLATES = [set_up.ROOT / "infrastructure" / name for name in ("template.yaml", "deployer.yaml")]

pytestmark = [pytest.mark.aws_proof, pytest.mark.xdist_group("sam")]


@pytest.fixture(scope="module")
def variables(environment: Callable[[str], Path], stack: LocalStack) -> dict[str, str]:
    """Return the environment of a shell: the tools on its PATH point at the embedded AWS."""
    folders = [environment(set_up.TOOLS) / "bin", Path(sys.executable).parent]
    return {
        "PATH": os.pathsep.join([*map(str, folders), os.environ["PATH"]]),
        "HOME": os.environ["HOME"],
        "LC_ALL": "C.UTF-8",
        "SAM_CLI_TELEMETRY": "0",
        "AWS_ENDPOINT_URL": stack.endpoint,
        "AWS_DEFAULT_REGION": stack.region,
        "AWS_ACCESS_KEY_ID": stack.access_key_id,
        "AWS_SECRET_ACCESS_KEY": stack.secret_access_key,
    }


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_sam_accepts_the_template(template, variables, proved):
    command = ["sam", "validate", "--lint", "--template", template]
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    proved(f"SAM CLI: `sam validate --lint` accepts {template.name}")


def test_the_documented_lines_deploy_an_environment(variables, stack, proved):
    section = SECTION.search(GUIDE.read_text())
    assert section, f"{GUIDE} has no lines for the SAM CLI"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", section[1]],
        cwd=set_up.ROOT,
        env=variables,
        input="y\n",  # the change set is confirmed
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    clients = stack.clients()
    try:
        description = cloudformation_stack.describe(clients, STACK)
        assert description["StackStatus"] == "CREATE_COMPLETE"
        outputs = {entry["OutputKey"]: entry["OutputValue"] for entry in description["Outputs"]}
        report = Functions(clients).invoke(outputs["ReconcileFunction"], {})
        assert report == {"checked": 0, "requeued": [], "failed": []}
    finally:
        clients.cloudformation.delete_stack(StackName=STACK)
    proved("SAM CLI: the lines of docs/how-to/deploy.md deploy dev, whose functions answer")
