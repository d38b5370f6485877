"""The command `package`: build the functions' zip."""

import shutil
from pathlib import Path
from typing import Annotated

from typer import Option

from mocktailverse.checkout import find_checkout
from mocktailverse.cli import options
from mocktailverse.cli.deploy_target import (
    Arch,
    candidate,
    find_target,
    require_alarm_recipient,
)
from mocktailverse.cli.output import print_json, say
from mocktailverse.deployment import account, function_versions, release
from mocktailverse.deployment.bill_of_materials import bill_of_materials
from mocktailverse.stores.error_translation import translated


def package(
    arch: Arch = None,
    out: Annotated[
        Path | None, Option("--out", "-o", help="Copy the zip to this file.", dir_okay=False)
    ] = None,
    sbom: Annotated[
        Path | None,
        Option(help="Write the packages in the zip to this file, as CycloneDX.", dir_okay=False),
    ] = None,
    upload: Annotated[
        str | None, Option(help="Upload it to the bucket for this environment.")
    ] = None,
    as_json: options.Json = False,
) -> None:
    """Build the zip of all functions for AWS Lambda. The same code gives the same bytes.

    Needs AWS only with --upload, which prints the template's parameters for `sam deploy
    --parameter-overrides`.
    """
    if upload:
        target = find_target(upload)
        require_alarm_recipient(target)
        with translated("Packaging the functions"):
            built = release.from_checkout(target.account, target.checkout, arch, say)
            release.upload(target.clients, target.account, built)
            parameters = {
                **candidate(target, built).parameters,
                **function_versions.parameter({}),  # `sam deploy` publishes no versions
            }
        values = {name: value for name, value in parameters.items() if value is not None}
        line = " ".join(f'{name}="{value}"' for name, value in values.items() if value)
    else:
        built = release.from_checkout(account.NO_ACCOUNT, find_checkout(), arch, say)
        values, line = {}, str(built.archive)
    if out and built.archive:
        shutil.copyfile(built.archive, out)
        line = line if upload else str(out)
    if sbom and built.archive:
        sbom.write_bytes(bill_of_materials(built.archive))
    if as_json:
        print_json(
            {
                "zip": str(out or built.archive),
                "sha256": built.artifact.sha256,
                "runtime": built.runtime,
                "architecture": built.architecture,
                "parameters": values,
            }
        )
    else:
        print(line)  # noqa: T201 - for scripts, as one line
