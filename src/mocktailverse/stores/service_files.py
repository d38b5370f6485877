"""botocore's descriptions of AWS's services, read in a third of the time that botocore takes.

Reading them is half of what creating a client costs, and each cold start creates two or three.
"""

import gzip
from pathlib import Path

import msgspec
from botocore.loaders import JSONFileLoader, Loader


class _DescriptionFiles(JSONFileLoader):
    """Decodes the files with msgspec, into plain dictionaries; botocore's have the same order."""

    def load_file(self, file_path: str) -> object:
        """Return the content of a file whose suffix is `.json` or `.json.gz`; None without one."""
        try:
            return msgspec.json.decode(Path(file_path + ".json").read_bytes())
        except FileNotFoundError:
            pass
        try:
            return msgspec.json.decode(gzip.decompress(Path(file_path + ".json.gz").read_bytes()))
        except FileNotFoundError:
            return None


class ServiceFiles(Loader):
    """Finds and reads the descriptions."""

    def __init__(self) -> None:
        super().__init__(file_loader=_DescriptionFiles())

    def list_available_services(self, type_name: str) -> list[str]:  # noqa: ARG002 - botocore's interface
        """Return the names of all services, whichever files they have.

        botocore opens the folders of its 400 services to name those with a file of this type. Its
        only caller then searches the one folder itself, and fails there if the file is missing.
        """
        folders = [Path(path) for path in self.search_paths]
        return sorted({one.name for path in folders if path.is_dir() for one in path.iterdir()})
