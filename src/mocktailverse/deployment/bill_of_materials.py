"""Software bill of materials (SBOM) of a zip of functions: the packages in it, as CycloneDX JSON.

The format is that of https://cyclonedx.org/docs/1.6/json.
"""

import hashlib
import re
import uuid
import zipfile
from email.message import Message
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import Any

import msgspec

_METADATA = re.compile(r"[^/]+\.dist-info/METADATA")


def bill_of_materials(archive: Path) -> bytes:
    """Return the SBOM of a zip; the same zip gives the same bytes.

    It lists what was installed into the zip, as the packages themselves say. boto3 is not part of
    it: Lambda's runtime brings it.
    """
    content = archive.read_bytes()
    with zipfile.ZipFile(archive) as bundle:
        names = filter(_METADATA.fullmatch, bundle.namelist())
        packages = [BytesHeaderParser().parsebytes(bundle.read(name)) for name in names]
    sha256 = hashlib.sha256(content).hexdigest()
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, sha256)}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": "functions",
                "name": "mocktailverse-functions",
                "hashes": [{"alg": "SHA-256", "content": sha256}],
            }
        },
        "components": sorted(map(_component, packages), key=lambda one: str(one["bom-ref"])),
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2)


def _component(package: Message) -> dict[str, Any]:
    # As package indexes compare names: https://packaging.python.org, "Names and normalization"
    name = re.sub(r"[-_.]+", "-", package["Name"]).lower()
    url = f"pkg:pypi/{name}@{package['Version']}"
    licence = package["License-Expression"]
    return {
        "type": "library",
        "bom-ref": url,
        "name": name,
        "version": package["Version"],
        "purl": url,
        **({"licenses": [{"expression": licence}]} if licence else {}),
    }
