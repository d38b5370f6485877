"""Check that every locked package has a wheel for each supported Python and platform.

`make wheels` asks the package index which files it has; nothing is downloaded. `make wheels
FETCH=1` also installs the locks for the newest Python on 64-bit Linux into a temporary folder, so
that the hashes of those wheels are compared with the locks.
"""

import argparse
import subprocess
import sys
import tempfile
import tomllib
from itertools import product
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOCKS = (
    *sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("requirements/*.lock")),
    "infrastructure/streamlit_cloud/requirements.txt",
)
LINUX = "x86_64-manylinux_2_28"
PLATFORMS = (LINUX, "aarch64-manylinux_2_28", "aarch64-apple-darwin", "x86_64-apple-darwin")
UNREACHABLE = ("error sending request", "Could not connect", "dns error", "timed out")


def pythons() -> list[str]:
    """Return the supported versions, oldest first, as pyproject.toml lists them."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    prefix = "Programming Language :: Python :: "
    return [text.removeprefix(prefix) for text in project["classifiers"] if prefix in text]


def main() -> int:
    """Print one line for each Python and platform; return 1 if a wheel is missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fetch", action="store_true", help="install the newest Python's wheels")
    options = parser.parse_args()
    code = 0
    for python, platform in product(pythons(), PLATFORMS):
        is_fetched = options.fetch and (python, platform) == (pythons()[-1], LINUX)
        problems = [problem for lock in LOCKS if (problem := _install(lock, python, platform))]
        if is_fetched:
            problems += [_install(lock, python, platform, dry_run=False) for lock in LOCKS]
        text = "\n".join(filter(None, problems))
        if any(sign in text for sign in UNREACHABLE):
            print("Not checked: the package index cannot be reached.")
            return 0
        code |= bool(text)
        print(f"Python {python}, {platform}: {text or 'every package has a wheel'}")
    return code


def _install(lock: str, python: str, platform: str, *, dry_run: bool = True) -> str:
    """Return why the lock cannot be installed from wheels, or an empty text."""
    with tempfile.TemporaryDirectory() as folder:
        command = [
            *(sys.executable, "-m", "uv", "pip", "install", "--quiet", "--no-deps"),
            *("--only-binary", ":all:", "--require-hashes", "--target", folder),
            *("--python-version", python, "--python-platform", platform, "-r", lock),
            *(["--dry-run"] if dry_run else []),
        ]
        run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - arguments of our own
    return f"{lock}: {run.stderr.strip()}" if run.returncode else ""


if __name__ == "__main__":
    sys.exit(main())
