"""Options that several commands share, each described once."""

from pathlib import Path
from typing import Annotated

from typer import Option

from mocktailverse.loads.object_version import DEFAULT_SOURCE

Env = Annotated[
    str, Option("--env", help="Environment: local, or a deployed one (dev, staging, prod).")
]
StateDir = Annotated[
    Path | None,
    Option(
        "--state-dir",
        help="Folder of the local stack. Default: MOCKTAILVERSE_STATE_DIR or .mocktailverse/local.",
        file_okay=False,
    ),
]
Json = Annotated[bool, Option("--json", help="Print JSON, for scripts.")]
Limit = Annotated[int | None, Option("--limit", min=1, help="Maximum number of items.")]
Next = Annotated[
    str | None, Option("--next", help="Continue at the `next` value of an earlier listing.")
]
Days = Annotated[int, Option("--days", min=1, max=3660, help="Number of days to look back.")]
Wait = Annotated[bool, Option("--wait/--no-wait", help="Wait until the loads have finished.")]
Source = Annotated[str, Option("--source", help="Source that the records come from.")]
ObservedAt = Annotated[
    str | None,
    Option(
        "--observed-at",
        help="When the records were observed, ISO 8601 such as 2026-01-31T06:00Z (default: now).",
    ),
]
EmulatorPort = Annotated[
    int | None, Option("--port", min=1, max=65535, help="Port of the embedded AWS.")
]
ApiPort = Annotated[
    int | None, Option("--api-port", min=1, max=65535, help="Port of the API and the harness.")
]
DashboardPort = Annotated[
    int | None, Option("--dashboard-port", min=1, max=65535, help="Port of the dashboard.")
]
Yes = Annotated[bool, Option("--yes", help="Do not ask.")]
Live = Annotated[
    bool, Option("--live", help="Fetch from the real sources, not from the simulated ones.")
]
Records = Annotated[
    Path | None,
    Option(
        "--records",
        help=f"File or folder that the simulated {DEFAULT_SOURCE} serves (default: data/raw).",
        exists=True,
    ),
]
Port = Annotated[int, Option("--port", min=1, max=65535, help="Port on this machine's loopback.")]
OpenBrowser = Annotated[bool, Option("--open", help="Open the page in the web browser.")]
