"""Deployments to the embedded AWS, with the commands that deploy to AWS."""

import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import pytest

from mocktailverse.checkout import find_checkout
from mocktailverse.deployment import package
from mocktailverse.local import lifecycle
from mocktailverse.local.lifecycle import Options
from mocktailverse.local.state import LocalStack

CLOSED_PORT_URL = "http://127.0.0.1:9"

BROKEN = {
    "import": 'raise RuntimeError("broken on purpose")\n',
    "call": 'def handler(event, context):\n    raise RuntimeError("broken on purpose")\n',
}


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


def built_zip() -> Path:
    """The functions' zip of the checkout."""
    checkout = find_checkout()
    return package.build(
        package.this_machine(),
        source=checkout.source,
        lock=checkout.lock,
        cache_dir=checkout.cache_dir,
    )


def zip_with(source: Path, target: Path, texts: Mapping[str, str]) -> Path:
    """Write a copy of a zip in which files are replaced or added, without their byte code."""
    replaced = {(str(Path(name).parent), Path(name).stem) for name in texts}
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for info in old.infolist():
            path = Path(info.filename)
            folder = path.parent.parent if path.parent.name == "__pycache__" else path.parent
            if (str(folder), path.name.partition(".")[0]) not in replaced:
                content = old.read(info)
                new.writestr(info, content, zipfile.ZIP_STORED)  # compressing takes seconds
        for name, text in texts.items():
            new.writestr(zipfile.ZipInfo(name), text)
    return target


def broken_zip(source: Path, target: Path, function: str, how: Literal["import", "call"]) -> Path:
    """Write a copy of the functions' zip in which exactly one function raises."""
    return zip_with(source, target, {f"mocktailverse/functions/{function}.py": BROKEN[how]})
