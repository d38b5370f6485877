"""Switches an environment to a release with another catalogue format, without an outage.

1. `prepare`, before the functions are replaced: the new format's file is built beside the
   current one, which the old publish function keeps up to date meanwhile.
2. CloudFormation replaces the functions. Each release reads and writes the file of its format.
3. `catch_up`, just before and after that: drinks that the old function has published since then are
   published by the new one.
4. The canary passes through the stream, after all that the old function got from it. So none of its
   invocations is left, and `catch_up` publishes what the last one has published at its end.

All work in any direction: a release that comes back finds its file, and gets what it has missed.
"""

import io
import re
import tempfile
import time
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from mocktailverse.catalogue.file_names import file_name, format_of
from mocktailverse.catalogue.meta import format_in
from mocktailverse.catalogue.newer_drinks import newer_drinks
from mocktailverse.catalogue.schema import FORMAT
from mocktailverse.deployment.artifacts import Artifact
from mocktailverse.deployment.events import Reporter
from mocktailverse.errors import CatalogueError, MissingError, UsageError
from mocktailverse.formatting import counted
from mocktailverse.operations.rebuild import pace_of, rebuild_catalogue
from mocktailverse.pipeline.publishing import FILE
from mocktailverse.pipeline.rebuilding import READ_BATCH
from mocktailverse.stores.clients import Clients
from mocktailverse.stores.environment import Stores
from mocktailverse.stores.functions import change_notifications

DRINKS_PER_REPORT = 1_000
"""Drinks between two reports of progress: at prod's pace about a minute."""

_SCHEMA = "mocktailverse/catalogue/schema.py"
_FORMAT = re.compile(rb"^FORMAT = ([0-9]+)$", re.MULTILINE)


def catalogue_format(clients: Clients, artifact: Artifact) -> int:
    """Return the catalogue format of a stored zip, which may have other code than this.

    Raises:
        UsageError: the zip does not contain the code of a catalogue.
    """
    content = clients.s3.get_object(Bucket=artifact.bucket, Key=artifact.key)["Body"].read()
    with zipfile.ZipFile(io.BytesIO(content)) as bundle:
        code = bundle.read(_SCHEMA) if _SCHEMA in bundle.namelist() else b""
    match = _FORMAT.search(code)
    if not match:
        raise UsageError(
            f"`{artifact.key}` has no catalogue format. Build it with `mocktailverse package`."
        )
    return int(match[1])


class CatalogueSwitch(Struct, frozen=True):
    """The switch of an environment to a release."""

    stores: Stores
    env: str
    number: int
    """The release's catalogue format."""
    report: Reporter
    """Receives lines of progress."""

    def prepare(self) -> None:
        """Build the file of the release's format if it is missing, beside any other one.

        After `sam deploy` there is none, and the release could not publish when it is tried.

        Raises:
            UsageError: this checkout has another format. Nothing was changed.
            TransientError: the file could not be built; the current one is intact.
        """
        if "CatalogueBucket" not in self.stores.outputs:
            return
        keys = self.stores.catalogue_files.published_keys()
        if file_name(self.number) not in keys:
            place = " beside the current one" if keys else ""
            self._build(f"building the catalogue of format {self.number}{place}")

    def catch_up(
        self, compared: Mapping[str, str] | None = None, function: str | None = None
    ) -> dict[str, str]:
        """Bring the release's file up to date with what another release has published.

        A missing file is built: a new environment gets its empty catalogue.

        Args:
            compared: the ETags of other files whose drinks the file has already.
            function: the release's publish function; without it, the one that serves.

        Returns:
            The ETags of the other files, whose drinks the file has now.

        Raises:
            UsageError: the file is missing or damaged, and this checkout has another format.
            PermanentError: the publish function failed.
            TransientError: the file could not be built or read; repeat it.
        """
        etags = self._etags()
        if etags == compared:
            return etags
        with tempfile.TemporaryDirectory(prefix="mocktailverse-catch-up-") as folder:
            own = Path(folder, FILE)
            if not self._is_usable(own):
                self._build(f"building the catalogue of format {self.number}")
                self._is_usable(own)
            if ids := self._missing(own, Path(folder, "other.sqlite")):
                self.report(
                    f"publishing {counted(len(ids), 'drink')} that another release published"
                )
                self._publish(ids, function or self.stores.live_function("PublishFunction"))
        return etags

    def _build(self, step: str) -> None:
        if self.number != FORMAT:
            raise UsageError(
                f"The release needs a catalogue of format {self.number}, which is not published,"
                f" and this checkout builds format {FORMAT}. Check out the release's code, run"
                f" `mocktailverse rebuild --env {self.env}` there, then deploy again."
            )

        def report_some(number: int) -> None:
            if number % DRINKS_PER_REPORT == 0:
                self.report(f"{number:,} drinks read")

        self.report(step)
        rebuild_catalogue(self.stores, report_some)

    def _others(self) -> list[str]:
        """Return the keys of the published files of other formats."""
        keys, own = self.stores.catalogue_files.published_keys(), file_name(self.number)
        return [key for key in keys if key != own and format_of(key)]

    def _etags(self) -> dict[str, str]:
        """Return the ETags of the published files of other formats."""
        files = self.stores.catalogue_files
        return {key: etag for key in self._others() if (etag := files.file(key).etag())}

    def _missing(self, own: Path, other: Path) -> list[str]:
        """Return the drinks that a file of another format has later than that of this one."""
        files, ids = self.stores.catalogue_files, set[str]()
        for key in self._others():
            with suppress(CatalogueError):  # what is damaged knows nothing
                files.file(key).download(other)
                ids |= newer_drinks(other, than=own)
        return sorted(ids)

    def _publish(self, ids: list[str], function: str) -> None:
        """Publish drinks, as if they had changed, with half of the table's read capacity."""
        pace = pace_of(self.stores)
        for first in range(0, len(ids), READ_BATCH):
            batch = ids[first : first + READ_BATCH]
            self.stores.functions.invoke(function, change_notifications(batch, time.time()))
            if pace:
                pace.spend(len(batch))  # a drink of up to 4 KiB takes one unit

    def _is_usable(self, path: Path) -> bool:
        """Download the file; return whether the release can edit it."""
        try:
            self.stores.catalogue_files.file(file_name(self.number)).download(path)
        except (MissingError, CatalogueError):
            return False
        return format_in(path) == self.number
