"""The independent IAM engine, which runs in Node."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

_DECIDE = Path(__file__).parent / "node" / "decide.js"


def decisions(simulations: list[dict[str, Any]], modules: Path) -> list[str]:
    """Return the engine's word for each simulation, such as `allowed`."""
    done = subprocess.run(
        ["node", _DECIDE],
        env={"PATH": os.environ["PATH"], "NODE_PATH": str(modules)},
        input=json.dumps(simulations),
        capture_output=True,
        text=True,
        check=True,
    )
    words: list[str] = json.loads(done.stdout)
    return words
