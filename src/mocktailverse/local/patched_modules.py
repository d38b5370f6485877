"""Check that a module of MiniStack is the one that a patch of ours was written for."""

import hashlib
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType


def require_unchanged(digests: Mapping[ModuleType, str], patch: str, decision: str) -> None:
    """End the process unless each module's source file has the given SHA-256.

    `patch` is the name of the module that replaces parts of them, and `decision` the page that
    explains it.

    Raises:
        SystemExit: MiniStack is not the version that the patch was written for.
    """
    for module, digest in digests.items():
        path = Path(str(module.__file__))
        if hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            sys.exit(
                f"`{path}` is not the file that `{patch}` was written for. Install the locked"
                " version of MiniStack (`make setup`), or compare the new file with"
                f" docs/decisions/{decision} and adapt the module."
            )
