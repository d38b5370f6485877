"""The repository's files that a deployment starts from."""

from pathlib import Path

import msgspec

import mocktailverse
from mocktailverse.errors import UsageError


class Checkout(msgspec.Struct, frozen=True):
    """What is deployed, and where what is built from it is kept."""

    source: Path
    """The package whose code the functions run; its folder's name is its import name."""
    lock: Path
    """The functions' dependencies, with hashes."""
    template: Path
    environments: Path
    """What differs between the environments."""
    samples: Path
    """The hand-written sample records."""
    streamlit_config: Path
    """The dashboard's theme and settings."""
    cache_dir: Path


def find_checkout() -> Checkout:
    """The checkout that this package runs from.

    Raises:
        UsageError: the package was installed without its repository.
    """
    source = Path(mocktailverse.__file__).resolve().parent
    root = source.parent.parent
    checkout = Checkout(
        source=source,
        lock=root / "requirements" / "functions.lock",
        template=root / "infrastructure" / "template.yaml",
        environments=root / "infrastructure" / "environments.toml",
        samples=root / "data" / "raw",
        streamlit_config=root / ".streamlit" / "config.toml",
        cache_dir=root / ".mocktailverse" / "cache",
    )
    for path in (checkout.lock, checkout.template):
        if not path.is_file():
            raise UsageError(
                f"{path} is missing: deploying needs a checkout of the repository with the"
                " package installed from it (`make setup`)."
            )
    return checkout
