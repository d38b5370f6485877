"""`python -m mocktailverse.local.simulated_source`: serve the sources until interrupted."""

import argparse
import sys
from collections.abc import Sequence
from contextlib import suppress
from ipaddress import AddressValueError, IPv4Address
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn
from starlette.applications import Starlette

from mocktailverse.errors import UsageError
from mocktailverse.local.tcp_ports import listen
from mocktailverse.sources import SOURCES
from mocktailverse.sources.simulated_responses import fault_routes
from mocktailverse.sources.simulation import SimulationOptions

if TYPE_CHECKING:
    from starlette.routing import BaseRoute

USAGE_ERROR = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve the sources; return the exit code: 0 after an interrupt, 2 if they cannot start."""
    options = _parser().parse_args(arguments)
    simulation_options = SimulationOptions(
        tuple(options.records), tuple(options.premium_key), options.seed
    )
    try:
        app, served = create_server(simulation_options)
        listener = listen(options.host, options.port)
    except (UsageError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return USAGE_ERROR
    # It logs nothing: intended broken responses would fill its log.
    config = uvicorn.Config(app, log_level="critical", lifespan="off", ws="none")
    with listener:
        host, port = listener.getsockname()
        sys.stdout.write(f"Simulated sources at http://{host}:{port}\n{served}")
        sys.stdout.flush()
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listener])
    return 0


def create_server(options: SimulationOptions) -> tuple[Starlette, str]:
    """Return the server of all simulated sources, and a line for each on what it serves.

    Raises:
        UsageError: the records cannot be read.
    """
    routes: list[BaseRoute] = [*fault_routes(options.faults)]
    lines = ""
    for source in SOURCES.values():
        if simulation := source.simulation:
            own_routes, served = simulation.routes(options)
            routes += own_routes
            lines += f"{source.title}: {served}\n"
    return Starlette(routes=routes), lines


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m mocktailverse.local.simulated_source", description=__doc__
    )
    parser.add_argument("--port", type=int, default=0, help="0 takes a free port")
    parser.add_argument("--host", type=_loopback, default="127.0.0.1")
    parser.add_argument(
        "--records",
        type=Path,
        nargs="+",
        default=[],
        metavar="FILE_OR_DIR",
        help="json, ndjson or csv of the default source, or gzip of them; default: data/raw",
    )
    parser.add_argument(
        "--premium-key", action="append", default=[], help="a key that counts as purchased"
    )
    parser.add_argument("--seed", type=int, default=0, help="seed of the sequence of random drinks")
    return parser


def _loopback(host: str) -> str:
    with suppress(AddressValueError):
        if IPv4Address(host).is_loopback:
            return host
    raise argparse.ArgumentTypeError(
        f"`{host}` is not a loopback address. Pass one such as 127.0.0.1."
    )


if __name__ == "__main__":
    sys.exit(main())
