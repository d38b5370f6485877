"""The artifact bucket, which holds the functions' zips, each under the hash of its content."""

import base64
import hashlib
import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from botocore.exceptions import ClientError
from msgspec import Struct

from mocktailverse.deployment.package import Architecture
from mocktailverse.errors import PermanentError, UsageError
from mocktailverse.stores.error_translation import error_code

if TYPE_CHECKING:
    from mocktailverse.stores.clients import Clients

_KEY = re.compile(r"functions/([0-9a-f]{64})\.zip")
_FORBIDDEN = ("403", "AccessDenied")
_MISSING = ("404", "NoSuchKey", "NoSuchBucket")


class Artifact(Struct, frozen=True):
    """A zip in the bucket."""

    bucket: str
    key: str

    @property
    def is_addressed(self) -> bool:
        """Whether the key was made here, and so holds the content's hash."""
        return _KEY.fullmatch(self.key) is not None

    @property
    def sha256(self) -> str:
        """The hash of its content in hex, which its key holds.

        Raises:
            UsageError: the key was not made by this package.
        """
        match = _KEY.fullmatch(self.key)
        if not match:
            raise UsageError(f"{self.key} does not tell its hash: deploy with `mocktailverse`.")
        return match[1]

    @property
    def code_sha256(self) -> str:
        """The same as Lambda writes it."""
        return base64.b64encode(bytes.fromhex(self.sha256)).decode()


class Fit(Struct, frozen=True):
    """What a zip's compiled parts ask of the machine; None where it has none."""

    python: str | None
    architecture: Architecture | None


def bucket_name(account: str, region: str) -> str:
    """One bucket for all environments of an account and region: a zip is promoted as it is."""
    return f"mocktailverse-artifacts-{account}-{region}"


def key_of(archive: Path) -> str:
    """The key under which a zip is stored: nothing but its content decides it."""
    with archive.open("rb") as content:
        return f"functions/{hashlib.file_digest(content, 'sha256').hexdigest()}.zip"


def fit(archive: Path) -> Fit:
    """What machine a zip of functions needs, as the tags of its wheels say.

    Raises:
        UsageError: it is no zip, or holds no functions of this package.
    """
    try:
        with zipfile.ZipFile(archive) as bundle:
            names = bundle.namelist()
            wheels = [bundle.read(name) for name in names if name.endswith(".dist-info/WHEEL")]
    except (OSError, zipfile.BadZipFile) as error:
        raise UsageError(f"{archive} cannot be read as a zip: {error}.") from error
    if "mocktailverse/functions/__init__.py" not in names:
        raise UsageError(f"{archive} holds no functions: `mocktailverse package` makes such a zip.")
    tags = [tag.split("-") for wheel in wheels for tag in _tags(wheel)]
    pythons = {python for python, abi, _ in tags if python == abi}
    machines = {_architecture(machine) for _, _, machine in tags} - {None}
    if len(pythons) > 1 or len(machines) > 1:
        raise UsageError(f"{archive} mixes machines or Python versions: build it anew.")
    python = next(iter(pythons), None)
    return Fit(
        python=re.sub(r"cp(\d)(\d+)", r"\1.\2", python) if python else None,
        architecture=next(iter(machines), None),
    )


def upload(clients: "Clients", archive: Path, *, bucket: str, owner: str | None = None) -> str:
    """Put a zip into the artifact bucket, which is made if missing; returns its key.

    Args:
        clients: the account and region.
        archive: the zip; one that is there already is not sent again.
        bucket: kept private, encrypted, versioned and, where there is TLS, for TLS only.
        owner: the account that the bucket must belong to; None does not ask.

    Raises:
        UsageError: the bucket is somebody else's.
    """
    key = key_of(archive)
    _make_bucket(clients, bucket, owner)
    if not exists(clients, Artifact(bucket, key)):
        clients.s3.put_object(
            Bucket=bucket, Key=key, Body=archive.read_bytes(), ContentType="application/zip"
        )
    return key


def exists(clients: "Clients", artifact: Artifact) -> bool:
    """Whether the zip is there."""
    try:
        clients.s3.head_object(Bucket=artifact.bucket, Key=artifact.key)
    except ClientError as error:
        if error_code(error) not in _MISSING:
            raise
        return False
    return True


def verify(clients: "Clients", artifact: Artifact) -> None:
    """Read a stored zip and check that it is what its key says.

    Raises:
        PermanentError: it is not, or is missing.
    """
    place = f"s3://{artifact.bucket}/{artifact.key}"
    try:
        body = clients.s3.get_object(Bucket=artifact.bucket, Key=artifact.key)["Body"]
    except ClientError as error:
        if error_code(error) not in _MISSING:
            raise
        raise PermanentError(f"{place} is missing: build and deploy anew.") from error
    digest = hashlib.sha256()
    for chunk in body.iter_chunks():
        digest.update(chunk)
    if digest.hexdigest() != artifact.sha256:
        raise PermanentError(f"{place} holds other bytes than its name says: do not deploy it.")


def _tags(wheel: bytes) -> list[str]:
    lines = wheel.decode("utf-8", "replace").splitlines()
    return [line.removeprefix("Tag: ").strip() for line in lines if line.startswith("Tag: ")]


def _architecture(machine: str) -> Architecture | None:
    if machine.endswith(("aarch64", "arm64")):
        return "arm64"
    return "x86_64" if machine.endswith("x86_64") else None


def _make_bucket(clients: "Clients", bucket: str, owner: str | None) -> None:
    if not _bucket_exists(clients, bucket, owner):
        _create_bucket(clients, bucket)
    clients.s3.put_public_access_block(
        Bucket=bucket,
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "BlockPublicPolicy": True,
            "IgnorePublicAcls": True,
            "RestrictPublicBuckets": True,
        },
    )
    clients.s3.put_bucket_encryption(
        Bucket=bucket,
        ServerSideEncryptionConfiguration={
            "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
        },
    )
    # A zip is never written twice; a version is what a deletion by mistake leaves.
    clients.s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    if clients.s3.meta.endpoint_url.startswith("https:"):
        clients.s3.put_bucket_policy(Bucket=bucket, Policy=_tls_only(clients, bucket))


def _tls_only(clients: "Clients", bucket: str) -> str:
    arn = f"arn:{clients.s3.meta.partition}:s3:::{bucket}"
    statement = {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, f"{arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    return msgspec.json.encode(policy).decode()


def _bucket_exists(clients: "Clients", bucket: str, owner: str | None) -> bool:
    asked = {"ExpectedBucketOwner": owner} if owner else {}
    try:
        clients.s3.head_bucket(Bucket=bucket, **asked)
    except ClientError as error:
        code = error_code(error)
        if code in _FORBIDDEN:
            raise UsageError(
                f"The bucket {bucket} is not this account's, or its credentials may not see it:"
                " never put code there. Grant s3:ListBucket, or take another region."
            ) from error
        if code not in _MISSING:
            raise
        return False
    return True


def _create_bucket(clients: "Clients", bucket: str) -> None:
    if clients.region == "us-east-1":  # the one region that S3 refuses to be named
        clients.s3.create_bucket(Bucket=bucket)
    else:
        clients.s3.create_bucket(
            Bucket=bucket,
            CreateBucketConfiguration={"LocationConstraint": clients.region},  # type: ignore[typeddict-item]  # any region, not only those known when the types were made
        )
