"""botocore's descriptions of AWS's services, read in a third of the time that botocore takes.

Reading them is half of what creating a client costs, and each cold start creates two or three.
"""

import gzip
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

import msgspec
from botocore.exceptions import DataNotFoundError, UnknownServiceError
from botocore.loaders import JSONFileLoader, Loader

_UNPACK: dict[str, Callable[[bytes], bytes]] = {".json": bytes, ".json.gz": gzip.decompress}


class _DescriptionFiles(JSONFileLoader):
    """Decodes the files with msgspec, into plain dictionaries; botocore's have the same order."""

    def load_file(self, file_path: str) -> object:
        """Return the content of a file whose suffix is `.json` or `.json.gz`; None without one."""
        for suffix, unpack in _UNPACK.items():
            file = Path(file_path + suffix)
            if file.is_file():
                return msgspec.json.decode(unpack(file.read_bytes()))
        return None


class ServiceFiles(Loader):
    """Finds and reads the descriptions.

    botocore opens the folders of its 400 services to list those with a file of some type, and asks
    only whether one service is in the list. Here all are, and its folder alone is opened.
    """

    def __init__(self) -> None:
        super().__init__(file_loader=_DescriptionFiles())

    @cached_property
    def _services(self) -> list[str]:
        folders = [Path(path) for path in self.search_paths]
        return sorted({one.name for path in folders if path.is_dir() for one in path.iterdir()})

    def list_available_services(self, type_name: str) -> list[str]:  # noqa: ARG002 - botocore's interface
        """Return the names of all services, whichever files they have."""
        return self._services

    def determine_latest_version(self, service_name: str, type_name: str) -> str:
        """Return the newest version of a service that has a file of a type.

        Raises:
            UnknownServiceError: none has; botocore then does without the file, where it can.
        """
        try:
            return super().determine_latest_version(service_name, type_name)
        except DataNotFoundError as error:
            names = ", ".join(self._services)
            raise UnknownServiceError(
                service_name=service_name, known_service_names=names
            ) from error
