"""The options that commands share, each described once."""

from pathlib import Path
from typing import Annotated

import typer

Env = Annotated[
    str,
    typer.Option("--env", help="Environment: local, or a deployed one (dev, staging, prod)."),
]
StateDir = Annotated[
    Path | None,
    typer.Option(
        "--state-dir",
        help="Folder of the local stack [MOCKTAILVERSE_STATE_DIR, else .mocktailverse/local].",
        file_okay=False,
        show_default=False,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]
Limit = Annotated[
    int | None, typer.Option("--limit", min=1, help="Print at most so many.", show_default=False)
]
Next = Annotated[
    str | None,
    typer.Option("--next", help="Go on at the `next` of an earlier listing.", show_default=False),
]
Wait = Annotated[
    bool, typer.Option("--wait/--no-wait", help="Follow the loads until they are done.")
]
Source = Annotated[str, typer.Option("--source", help="Whose records these are.")]
ObservedAt = Annotated[
    str | None,
    typer.Option(
        "--observed-at",
        help="When the records were observed, ISO 8601 such as 2026-01-31T06:00Z [now].",
        show_default=False,
    ),
]
