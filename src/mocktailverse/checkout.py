"""The files of the repository that a deployment needs."""

from pathlib import Path

import msgspec

import mocktailverse
from mocktailverse.errors import UsageError


class Checkout(msgspec.Struct, frozen=True):
    """Paths in a checkout of the repository."""

    source: Path
    """Folder of the package that the functions run; its name is the import name."""
    lock: Path
    """Locked dependencies of the functions, with hashes."""
    template: Path
    dashboard_access: Path
    """The template of the rights of a dashboard outside of AWS."""
    environments: Path
    """Settings that differ between the environments."""
    samples: Path
    """Folder of the sample records."""
    streamlit_config: Path
    """The dashboard's theme and settings."""
    cache_dir: Path
    """Folder for the built zips."""


def find_checkout() -> Checkout:
    """Return the checkout that this package runs from.

    Raises:
        UsageError: the package was installed without its repository.
    """
    source = Path(mocktailverse.__file__).resolve().parent
    root = source.parent.parent
    checkout = Checkout(
        source=source,
        lock=root / "requirements" / "functions.lock",
        template=root / "infrastructure" / "template.yaml",
        dashboard_access=root / "infrastructure" / "dashboard_access.yaml",
        environments=root / "infrastructure" / "environments.toml",
        samples=root / "data" / "raw",
        streamlit_config=root / ".streamlit" / "config.toml",
        cache_dir=root / ".mocktailverse" / "cache",
    )
    for path in (checkout.lock, checkout.template):
        if not path.is_file():
            raise UsageError(
                f"`{path}` is missing. Deploying needs a checkout of the repository, with the"
                " package installed from it (`make setup`)."
            )
    return checkout
