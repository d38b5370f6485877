"""A simulated repository of opendrinks: an archive with recipes of our own, by tar.gz.

It is sent as GitHub sends it: with an ETag, and with status 304 for a request that has this ETag.
"""

import asyncio
import gzip
import hashlib
import io
import tarfile
from collections.abc import Mapping, Sequence

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from mocktailverse.checkout import find_checkout
from mocktailverse.errors import UsageError
from mocktailverse.sources.simulated_faults import Faults
from mocktailverse.sources.simulated_responses import CutResponse, fault_response
from mocktailverse.sources.simulation import SimulationOptions

ENDPOINT = "archive"
"""The name of the address for faults."""

_FOLDER = "opendrinks-master/"
_README = b"# Recipes\n\nA simulated repository, with recipes of Mocktailverse's own.\n"
_NOT_MODIFIED = 304


class _Sample(msgspec.Struct):
    file: str
    recipe: msgspec.Raw


class SimulatedOpendrinks:
    """Serves the recipes in `data/opendrinks` as an archive."""

    path = "/opendrinks/archive.tar.gz"

    def routes(self, options: SimulationOptions) -> tuple[Sequence[BaseRoute], str]:
        """Return the route of the archive, and a line on its recipes.

        Raises:
            UsageError: the recipes cannot be read.
        """
        files = sample_files()
        served = _ServedArchive(repository_archive(files), options.faults)
        return [Route(self.path, served.respond)], f"{len(files)} recipes"


def sample_files() -> dict[str, bytes]:
    """Return the sample recipes by file name.

    Raises:
        UsageError: they cannot be read.
    """
    path = find_checkout().samples.parent / "opendrinks" / "recipes.ndjson"
    try:
        lines = path.read_bytes().splitlines()
        samples = [msgspec.json.decode(line, type=_Sample) for line in lines]
    except (OSError, msgspec.DecodeError) as error:
        raise UsageError(f"`{path}` cannot be read: {error}.") from error
    return {sample.file: bytes(sample.recipe) for sample in samples}


def repository_archive(files: Mapping[str, bytes]) -> bytes:
    """Return a tar.gz archive of the repository; the same bytes for the same recipes."""
    packed = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as compressed,
        tarfile.open(fileobj=compressed, mode="w") as archive,
    ):
        _add(archive, "README.md", _README)
        _add(archive, "package.json", b'{"name": "opendrinks"}\n')
        for name, content in files.items():
            _add(archive, f"src/recipes/{name}", msgspec.json.format(content) + b"\n")
    return packed.getvalue()


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(_FOLDER + name)
    info.size = len(content)
    archive.addfile(info, io.BytesIO(content))


class _ServedArchive:
    def __init__(self, content: bytes, faults: Faults) -> None:
        self._content = content
        self._faults = faults
        self._etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'

    async def respond(self, request: Request) -> Response:
        fault = self._faults.strike(ENDPOINT)
        if fault and fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
        elif fault and fault.kind != "cut":
            return fault_response(fault)
        headers = {"ETag": self._etag}
        if request.headers.get("If-None-Match") == self._etag:
            return Response(status_code=_NOT_MODIFIED, headers=headers)
        response = Response(self._content, media_type="application/x-gzip", headers=headers)
        return CutResponse(response.body) if fault and fault.kind == "cut" else response
