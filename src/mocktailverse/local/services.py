"""The parts that serve people: the API with the harness, and the dashboard."""

import contextlib
import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path

import msgspec

from mocktailverse.checkout import Checkout
from mocktailverse.local import parts, ports, processes
from mocktailverse.local.deploying import STAGE, Progress
from mocktailverse.local.parts import Started, held
from mocktailverse.local.processes import HOST, Process
from mocktailverse.local.state import (
    DASHBOARD,
    SERVER,
    SERVICES,
    LocalStack,
    temporary,
    write,
)
from mocktailverse.settings import DashboardSettings

START_TIMEOUT_S = 60.0
REFRESH_S = 2.0
"""How often the dashboard looks for news; on this machine asking costs nothing."""


def start(  # noqa: PLR0913  each is a separate fact about the start
    undo: contextlib.ExitStack,
    home: Path,
    stack: LocalStack,
    checkout: Checkout,
    on_progress: Progress,
    *,
    names: Sequence[str] = SERVICES,
) -> tuple[LocalStack, list[Started]]:
    """Start services, on the ports that they had before, in place of those that run.

    Raises:
        UsageError: another program uses such a port.
    """
    if names:
        on_progress(f"starting the {' and the '.join(names)}")
    processes.stop(*(stack.parts[name] for name in names if name in stack.parts))
    started = []
    for name in names:
        port = _port(stack.parts.get(name))
        if name == SERVER:
            part = held(undo, _start_server(home, stack, port))
        else:
            part = held(undo, _start_dashboard(home, stack, checkout, port))
        stack = stack.with_part(part.process)
        started.append(part)
    return msgspec.structs.replace(stack, serves=code_of(checkout.source)), started


def _port(before: Process | None) -> int:
    if before is None:
        return ports.free_port()
    parts.require_port_again(before)
    return before.port


def due(stack: LocalStack, checkout: Checkout) -> list[str]:
    """Return the services to start: those that do not respond, or all when the code changed."""
    if stack.serves != code_of(checkout.source):
        return list(SERVICES)
    return [
        name
        for name in SERVICES
        if name not in stack.parts
        or not parts.responds_within(stack.parts[name], parts.RESTART_TIMEOUT_S)
    ]


def wait(home: Path, stack: LocalStack) -> None:
    """Wait until the services answer.

    Raises:
        UnreachableError: one does not; the text ends with its log.
    """
    for name, process in stack.parts.items():
        if name in SERVICES:
            processes.wait_until(
                lambda process=process: parts.is_well(process),  # type: ignore[misc]  # bound early on purpose
                process,
                home / parts.LOGS[name],
                START_TIMEOUT_S,
            )


def _start_server(home: Path, stack: LocalStack, port: int) -> Started:
    """Start the API and the harness, on a stack as they may see it."""
    folder = temporary(home) / "server"
    folder.mkdir(exist_ok=True)
    write(folder, stack.seen_by(SERVER))
    return parts.start(
        SERVER,
        home,
        port=port,
        command=["mocktailverse.local.harness", "--state-dir", str(folder), "--port", str(port)],
    )


def _start_dashboard(home: Path, stack: LocalStack, checkout: Checkout, port: int) -> Started:
    """Start the dashboard on a stack whose API and harness have their ports already."""
    place_streamlit_config(checkout, temporary(home))
    return parts.start(
        DASHBOARD,
        home,
        port=port,
        command=["streamlit", *streamlit_arguments(checkout, port)],
        environment=dashboard_environment(stack),
    )


def place_streamlit_config(checkout: Checkout, folder: Path) -> None:
    """Put the dashboard's theme where a Streamlit finds it that works in a folder."""
    config = checkout.streamlit_config
    if config.is_file():
        place = folder / config.parent.name
        place.mkdir(exist_ok=True)
        shutil.copyfile(config, place / config.name)


def streamlit_arguments(checkout: Checkout, port: int) -> list[str]:
    """Streamlit's command line: on the loopback, without reports of usage to anyone."""
    settings = {
        "server.address": HOST,
        "server.port": str(port),
        "server.headless": "true",
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",
        "browser.serverAddress": HOST,
    }
    options = [f"--{name}={value}" for name, value in settings.items()]
    return ["run", str(checkout.source / "dashboard" / "app.py"), *options]


def dashboard_environment(stack: LocalStack) -> dict[str, str]:
    """The dashboard's environment on a local stack: its settings and its own credentials."""
    urls = stack.urls
    seen = stack.seen_by(DASHBOARD)
    settings = DashboardSettings.of_outputs(
        stack.outputs,
        stage=STAGE,
        read_only=False,
        refresh_s=REFRESH_S,
        api_url=urls.get("api"),
        harness_url=urls.get("harness"),
    )
    return {
        **settings.variables(),
        "AWS_ENDPOINT_URL": seen.endpoint,
        "AWS_DEFAULT_REGION": seen.region,
        "AWS_ACCESS_KEY_ID": seen.access_key_id,
        "AWS_SECRET_ACCESS_KEY": seen.secret_access_key,
    }


def code_of(source: Path) -> str:
    """Fingerprint of the package's code, which the services run."""
    digest = hashlib.sha256()
    for path in sorted(source.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            content = path.read_bytes()
            digest.update(f"{path.relative_to(source).as_posix()}\0{len(content)}\0".encode())
            digest.update(content)
    return digest.hexdigest()[:16]
