"""`python -m mocktailverse.local.simulated_source`: serve the simulated API until interrupted."""

import argparse
import sys
from collections.abc import Sequence
from contextlib import suppress
from ipaddress import AddressValueError, IPv4Address
from pathlib import Path

import uvicorn

from mocktailverse.errors import UsageError
from mocktailverse.local.simulated_source.record_files import read_records
from mocktailverse.local.simulated_source.simulated_api import create_app
from mocktailverse.local.tcp_ports import listen

SAMPLES = Path(__file__).parents[4] / "data" / "raw"
USAGE_ERROR = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve the API; return the exit code: 0 after an interrupt, 2 if it cannot start."""
    options = _parser().parse_args(arguments)
    try:
        records, notes = read_records(options.records)
        listener = listen(options.host, options.port)
    except (UsageError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return USAGE_ERROR
    for note in notes:
        sys.stderr.write(f"skipped: {note}\n")
    app = create_app(records, premium_keys=options.premium_key, seed=options.seed)
    # It logs nothing: intended broken responses would fill its log.
    config = uvicorn.Config(app, log_level="critical", lifespan="off", ws="none")
    with listener:
        host, port = listener.getsockname()
        title = f"Simulated TheCocktailDB at http://{host}:{port}"
        sys.stdout.write(f"{title} ({len(records)} records)\n")
        sys.stdout.flush()
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listener])
    return 0


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
        default=[SAMPLES],
        metavar="FILE_OR_DIR",
        help="json, ndjson or csv in TheCocktailDB's format, or gzip of them; default: data/raw",
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
