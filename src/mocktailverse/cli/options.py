"""Options that several commands share, each described once."""

from pathlib import Path
from typing import Annotated

import typer

LIVE_URL = "https://www.thecocktaildb.com"
"""The source of `--live`."""

Env = Annotated[
    str,
    typer.Option("--env", help="Environment: local, or a deployed one (dev, staging, prod)."),
]
StateDir = Annotated[
    Path | None,
    typer.Option(
        "--state-dir",
        help="Folder of the local stack. Default: MOCKTAILVERSE_STATE_DIR or .mocktailverse/local.",
        file_okay=False,
        show_default=False,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]
Limit = Annotated[
    int | None,
    typer.Option("--limit", min=1, help="Maximum number of items.", show_default=False),
]
Next = Annotated[
    str | None,
    typer.Option(
        "--next", help="Continue at the `next` value of an earlier listing.", show_default=False
    ),
]
Days = Annotated[int, typer.Option("--days", min=1, max=3660, help="Number of days to look back.")]
Wait = Annotated[bool, typer.Option("--wait/--no-wait", help="Wait until the loads have finished.")]
Source = Annotated[str, typer.Option("--source", help="Source that the records come from.")]
ObservedAt = Annotated[
    str | None,
    typer.Option(
        "--observed-at",
        help="When the records were observed, ISO 8601 such as 2026-01-31T06:00Z (default: now).",
        show_default=False,
    ),
]
EmulatorPort = Annotated[
    int | None,
    typer.Option("--port", min=1, max=65535, help="Port of the embedded AWS. Default: a free one."),
]
Live = Annotated[
    bool,
    typer.Option("--live", help="Fetch from the real TheCocktailDB, not from the simulated one."),
]
Records = Annotated[
    Path | None,
    typer.Option(
        "--records",
        help="File or folder that the simulated TheCocktailDB serves (default: data/raw).",
        exists=True,
    ),
]
Port = Annotated[
    int, typer.Option("--port", min=1, max=65535, help="Port on this machine's loopback.")
]
OpenBrowser = Annotated[bool, typer.Option("--open", help="Open the page in the web browser.")]
