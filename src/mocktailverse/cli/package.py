"""The command `package`: the functions' zip, built and perhaps put into the bucket."""

import shutil
from pathlib import Path
from typing import Annotated

import typer

from mocktailverse.checkout import find_checkout
from mocktailverse.cli import options
from mocktailverse.cli.output import print_json, say
from mocktailverse.cli.site import Arch, site_of, template_parameters
from mocktailverse.deployment import account, release
from mocktailverse.stores.errors import translated


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(package)


def package(
    arch: Arch = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Copy the zip there.", dir_okay=False)
    ] = None,
    upload: Annotated[
        str | None,
        typer.Option(help="Put it into the bucket for this environment.", show_default=False),
    ] = None,
    as_json: options.Json = False,
) -> None:
    """Build the zip of all functions for AWS Lambda: the same code, the same bytes.

    Needs no AWS, unless --upload is given: then prints the template's parameters, as `sam deploy
    --parameter-overrides` takes them.
    """
    if upload:
        site = site_of(upload)
        with translated("Packaging the functions"):
            chosen = release.from_checkout(site.account, site.checkout, arch, say)
            release.upload(site.clients, site.account, chosen)
            given = template_parameters(site, chosen)
        values = {name: value for name, value in given.items() if value is not None}
        printed = " ".join(f'{name}="{value}"' for name, value in values.items() if value)
    else:
        chosen = release.from_checkout(account.NO_ACCOUNT, find_checkout(), arch, say)
        values, printed = {}, str(chosen.archive)
    if out and chosen.archive:
        shutil.copyfile(chosen.archive, out)
        printed = printed if upload else str(out)
    if as_json:
        print_json(
            {
                "zip": str(out or chosen.archive),
                "sha256": chosen.artifact.sha256,
                "runtime": chosen.runtime,
                "architecture": chosen.architecture,
                "parameters": values,
            }
        )
    else:
        print(printed)  # noqa: T201 - for scripts, as one line
