"""Switches an environment to a release with another catalogue format, without an outage.

1. `prepare_catalogue`, before the functions are replaced: the new format's file is built beside the
   current one, which the old publish function keeps up to date meanwhile.
2. CloudFormation replaces the functions. Each release reads and writes the file of its format.
3. `catch_up`: drinks that the old function has published since then are published by the new one.

Both work in any direction: a release that comes back finds its file, and gets what it has missed.
"""

import io
import re
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

from mocktailverse.catalogue.file_names import file_name, format_of
from mocktailverse.catalogue.meta import format_in
from mocktailverse.catalogue.newer_drinks import newer_drinks
from mocktailverse.catalogue.schema import FORMAT
from mocktailverse.deployment.events import Reporter
from mocktailverse.deployment.release import Release
from mocktailverse.errors import CatalogueError, MissingError, UsageError
from mocktailverse.formatting import counted
from mocktailverse.operations.rebuild import pace_of, rebuild_catalogue
from mocktailverse.pipeline.publishing import FILE, Publisher
from mocktailverse.pipeline.rebuilding import READ_BATCH
from mocktailverse.stores import cloudformation_stack as stack
from mocktailverse.stores.clients import Clients
from mocktailverse.stores.environment import Stores
from mocktailverse.stores.functions import change_notifications
from mocktailverse.times import now

SETTLE_S = 10.0
"""An invocation of the replaced publish function may still be under way; most take 2 s at most."""

DRINKS_PER_REPORT = 1_000
"""Drinks between two reports of progress: at prod's pace about a minute."""

_SCHEMA = "mocktailverse/catalogue/schema.py"
_FORMAT = re.compile(rb"^FORMAT = ([0-9]+)$", re.MULTILINE)


def catalogue_format(clients: Clients, release: Release) -> int:
    """Return the catalogue format of a release's code, which may be other code than this.

    Raises:
        UsageError: its zip does not contain the code of a catalogue.
    """
    artifact = release.artifact
    if release.archive:
        content = release.archive.read_bytes()
    else:
        content = clients.s3.get_object(Bucket=artifact.bucket, Key=artifact.key)["Body"].read()
    with zipfile.ZipFile(io.BytesIO(content)) as bundle:
        code = bundle.read(_SCHEMA) if _SCHEMA in bundle.namelist() else b""
    match = _FORMAT.search(code)
    if not match:
        raise UsageError(
            f"`{artifact.key}` has no catalogue format. Build it with `mocktailverse package`."
        )
    return int(match[1])


def prepare_catalogue(clients: Clients, env: str, number: int, report: Reporter) -> None:
    """Build or update the file of a release's format before the release is deployed.

    Nothing happens if the stack does not exist yet, or if the formats share one file.

    Raises:
        UsageError: the file is missing, and this checkout has another format. Nothing was changed.
        TransientError: the file could not be built; the current one is intact.
    """
    name = stack.stack_name(env)
    if stack.status(clients, name) in stack.NOT_THERE:
        return
    stores = Stores(clients, stack.outputs(clients, name))
    if "CatalogueBucket" not in stores.outputs or not _others(stores, number):
        return
    if file_name(number) not in stores.catalogue_files.published_keys():
        _require_this_format(env, number)
        report(f"building the catalogue of format {number} beside the current one")
        _build(stores, report)
    elif number == FORMAT:
        _publish_here(stores, env)


def catch_up(
    stores: Stores,
    env: str,
    number: int,
    report: Reporter,
    wait: Callable[[float], None] = time.sleep,
) -> None:
    """Bring the deployed release's file up to date with what another release has published.

    A missing file is built: a new environment gets its empty catalogue. Call it once the functions
    run the release; it may be repeated.

    Raises:
        UsageError: the file is missing or damaged, and this checkout has another format.
        PermanentError: the publish function failed.
        TransientError: the file could not be built or read; repeat it.
    """
    with tempfile.TemporaryDirectory(prefix="mocktailverse-catch-up-") as folder:
        own = Path(folder, FILE)
        if not _is_usable(stores, number, own):
            _require_this_format(env, number)
            report(f"building the catalogue of format {number}")
            _build(stores, report)
        before: dict[str, str] = {}
        while (etags := _etags(stores, number)) != before:
            if ids := _missing_in(stores, number, Path(folder)):
                report(f"publishing {counted(len(ids), 'drink')} that another release published")
                _publish_deployed(stores, ids)
            wait(SETTLE_S)
            before = etags


def _build(stores: Stores, report: Reporter) -> None:
    def report_some(number: int) -> None:
        if number % DRINKS_PER_REPORT == 0:
            report(f"{number:,} drinks read")

    rebuild_catalogue(stores, report_some)


def _others(stores: Stores, number: int) -> list[str]:
    """Return the keys of the published files of other formats."""
    keys = stores.catalogue_files.published_keys()
    return [key for key in keys if key != file_name(number) and format_of(key)]


def _etags(stores: Stores, number: int) -> dict[str, str]:
    """Return the ETags of the published files of other formats."""
    files = stores.catalogue_files
    etags = {key: files.file(key).etag() for key in _others(stores, number)}
    return {key: etag for key, etag in etags.items() if etag}


def _missing_in(stores: Stores, number: int, folder: Path) -> list[str]:
    """Return the drinks that a file of another format has later than that of this one."""
    files, own, other = stores.catalogue_files, folder / FILE, folder / "other.sqlite"
    files.file(file_name(number)).download(own)
    ids: set[str] = set()
    for key in _others(stores, number):
        files.file(key).download(other)
        ids |= newer_drinks(other, than=own)
    return sorted(ids)


def _publish_here(stores: Stores, env: str) -> None:
    """Publish what the file lacks with this code, before readers switch to the file."""
    with tempfile.TemporaryDirectory(prefix="mocktailverse-catch-up-") as folder:
        file = stores.catalogue_files.file(file_name())
        publisher = Publisher(stores.drinks, file, Path(folder), now_ms=now, env=env)
        try:
            _in_batches(stores, _missing_in(stores, FORMAT, Path(folder)), publisher.publish)
        except CatalogueError:
            rebuild_catalogue(stores)


def _publish_deployed(stores: Stores, ids: list[str]) -> None:
    """Publish drinks by the deployed publish function, as if they had changed."""

    def invoke(batch: list[str]) -> None:
        event = change_notifications(batch, time.time())
        stores.functions.invoke(stores.output("PublishFunction"), event)

    _in_batches(stores, ids, invoke)


def _in_batches(stores: Stores, ids: list[str], publish: Callable[[list[str]], object]) -> None:
    """Publish drinks batch by batch, with half of the table's read capacity."""
    pace = pace_of(stores) if ids else None
    for first in range(0, len(ids), READ_BATCH):
        batch = ids[first : first + READ_BATCH]
        publish(batch)
        if pace:
            pace.spend(len(batch))  # a drink of up to 4 KiB takes one unit


def _is_usable(stores: Stores, number: int, path: Path) -> bool:
    """Return whether the file of a format is published, and can be edited by its release."""
    try:
        stores.catalogue_files.file(file_name(number)).download(path)
    except MissingError:
        return False
    return format_in(path) == number


def _require_this_format(env: str, number: int) -> None:
    if number != FORMAT:
        raise UsageError(
            f"The release needs a catalogue of format {number}, which is not published, and this"
            f" checkout builds format {FORMAT}. Check out the release's code, run `mocktailverse"
            f" rebuild --env {env}` there, then deploy again."
        )
