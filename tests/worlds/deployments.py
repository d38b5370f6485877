"""Deployments to the embedded AWS, with the commands that deploy to AWS."""

import json
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, NamedTuple

import pytest

from mocktailverse.checkout import find_checkout
from mocktailverse.cli import main
from mocktailverse.deployment import package
from mocktailverse.local import lifecycle
from mocktailverse.local.lifecycle import Options
from mocktailverse.local.state import LocalStack

CLOSED_PORT_URL = "http://127.0.0.1:9"

BROKEN = {
    "import": 'raise RuntimeError("broken on purpose")\n',
    "call": 'def handler(event, context):\n    raise RuntimeError("broken on purpose")\n',
}


class CommandResult(NamedTuple):
    """The exit code and the output of a command."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The output, parsed as JSON."""
        return json.loads(self.out)


@contextmanager
def embedded_aws(home: Path) -> Iterator[LocalStack]:
    """The embedded AWS; environment variables point the AWS tools at it."""
    with (
        lifecycle.running(home, Options(source_url=CLOSED_PORT_URL)) as running,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("AWS_ENDPOINT_URL", running.endpoint)
        patch.setenv("AWS_DEFAULT_REGION", running.region)
        patch.setenv("AWS_ACCESS_KEY_ID", running.access_key_id)
        patch.setenv("AWS_SECRET_ACCESS_KEY", running.secret_access_key)
        patch.delenv("AWS_PROFILE", raising=False)
        patch.setenv("MOCKTAILVERSE_STATE_DIR", str(home))
        yield running


def run(*arguments: object) -> int:
    """Run `mocktailverse ...` without a terminal; return its exit code."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["mocktailverse", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main.run()
    return int(ended.value.code or 0)


def built_zip() -> Path:
    """The functions' zip of the checkout."""
    checkout = find_checkout()
    return package.build(
        package.this_machine(),
        source=checkout.source,
        lock=checkout.lock,
        cache_dir=checkout.cache_dir,
    )


def zip_with(source: Path, target: Path, name: str, text: str) -> Path:
    """Write a copy of a zip in which a file is replaced or added, without its byte code."""
    stem = Path(name).stem
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            is_byte_code = Path(info.filename).name.startswith(f"{stem}.") and (
                info.filename.startswith(str(Path(name).parent))
            )
            if not is_byte_code:
                new.writestr(info, old.read(info.filename))
        new.writestr(zipfile.ZipInfo(name), text)
    return target


def broken_zip(source: Path, target: Path, function: str, how: Literal["import", "call"]) -> Path:
    """Write a copy of the functions' zip in which exactly one function raises."""
    return zip_with(source, target, f"mocktailverse/functions/{function}.py", BROKEN[how])
