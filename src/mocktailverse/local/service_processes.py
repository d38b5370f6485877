"""The processes beside the embedded AWS: simulated source, API with harness, and dashboard.

They hold no data, so one that fails is restarted, on the port that the others know.
"""

import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path

import msgspec

from mocktailverse.checkout import Checkout
from mocktailverse.local import health, processes, tcp_ports
from mocktailverse.local.deploying import STAGE, Progress
from mocktailverse.local.processes import Launcher, Process
from mocktailverse.local.state import DASHBOARD, SERVER, SERVICES, SOURCE, LocalStack, write_stack
from mocktailverse.local.tcp_ports import HOST
from mocktailverse.settings import DashboardSettings

RESTART_TIMEOUT_S = 5.0
"""How long one of these processes may be silent before it is replaced."""

PORT_TIMEOUT_S = 5.0
"""How long the threads of a killed process may take to release its port."""

REFRESH_S = 2.0
"""How often the dashboard looks for changes; on this machine requests cost nothing."""


def to_start(stack: LocalStack, names: Sequence[str], *, replace: bool) -> list[str]:
    """Return the processes of a running stack to start: those that do not respond.

    `names` are the services that belong to it. `replace` adds all of them, because their code or
    settings have changed.
    """
    candidates = [SOURCE, *names] if stack.simulates else names
    return [
        name
        for name in candidates
        if (replace and name in names) or not _responds(stack.by_name.get(name))
    ]


def _responds(process: Process | None) -> bool:
    return process is not None and health.responds_within(process, RESTART_TIMEOUT_S)


def start(
    launcher: Launcher,
    stack: LocalStack,
    checkout: Checkout,
    names: Sequence[str],
    on_progress: Progress,
) -> LocalStack:
    """Start processes in place of those that run, on their ports; return the stack with them.

    They are not ready yet. A process that is new gets its port of `stack.ports`, or a free one.

    Raises:
        UsageError: another program uses such a port.
    """
    if names:
        on_progress(f"starting the {' and the '.join(names)}")
    processes.stop(*(stack.by_name[name] for name in names if name in stack.by_name))
    for name in names:
        previous = stack.by_name.get(name)
        port = (
            port_of_next(previous) if previous else stack.ports.get(name) or tcp_ports.free_port()
        )
        if name == SOURCE:
            process = start_source(launcher, stack.records, port)
        elif name == SERVER:
            process = _start_server(launcher, stack, port)
        else:
            process = _start_dashboard(launcher, stack, checkout, port)
        stack = stack.with_process(process)
    if set(SERVICES) & set(names):
        stack = msgspec.structs.replace(stack, serves=code_fingerprint(checkout.source))
    return stack


def port_of_next(previous: Process) -> int:
    """Return the port of the previous process, which was stopped, once it is free."""
    tcp_ports.require_free(
        previous.port,
        f"run `mocktailverse down` and `mocktailverse up`. Its {previous.name} has ended and can"
        " restart on this port only; all data is kept",
        PORT_TIMEOUT_S,
    )
    return previous.port


def start_source(launcher: Launcher, records: str | None, port: int) -> Process:
    """Start the simulated sources, without waiting until it is ready."""
    command = ["mocktailverse.local.simulated_source", "--port", str(port)]
    if records:
        command += ["--records", records]
    return launcher.start(SOURCE, command, port)


def _start_server(launcher: Launcher, stack: LocalStack, port: int) -> Process:
    """Start the API with the harness; its `stack.json` holds its own credentials alone."""
    folder = launcher.directory / "server"
    folder.mkdir(exist_ok=True)
    write_stack(folder, stack.seen_by(SERVER))
    command = ["mocktailverse.local.harness", "--state-dir", str(folder), "--port", str(port)]
    return launcher.start(SERVER, command, port)


def _start_dashboard(
    launcher: Launcher, stack: LocalStack, checkout: Checkout, port: int
) -> Process:
    """Start the dashboard of a stack whose API and harness have their port already."""
    place_streamlit_config(checkout, launcher.directory)
    command, environment = streamlit_command(checkout, port), dashboard_environment(stack)
    return launcher.start(DASHBOARD, command, port, environment)


def place_streamlit_config(checkout: Checkout, folder: Path) -> None:
    """Copy the dashboard's theme to where a Streamlit with this working directory finds it."""
    config = checkout.streamlit_config
    if config.is_file():
        place = folder / config.parent.name
        place.mkdir(exist_ok=True)
        shutil.copyfile(config, place / config.name)


def streamlit_command(checkout: Checkout, port: int) -> list[str]:
    """Return the dashboard's command line: on the loopback, with usage statistics off."""
    settings = {
        "server.address": HOST,
        "server.port": str(port),
        "server.headless": "true",
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",
        "browser.serverAddress": HOST,
    }
    options = [f"--{name}={value}" for name, value in settings.items()]
    return ["streamlit", "run", str(checkout.source / "dashboard" / "app.py"), *options]


def dashboard_environment(stack: LocalStack) -> dict[str, str]:
    """Return the dashboard's environment variables: its settings and its own credentials."""
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


def code_fingerprint(source: Path) -> str:
    """Return a hash of the package's code, which the services run."""
    digest = hashlib.sha256()
    for path in sorted(source.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            content = path.read_bytes()
            digest.update(f"{path.relative_to(source).as_posix()}\0{len(content)}\0".encode())
            digest.update(content)
    return digest.hexdigest()[:16]
