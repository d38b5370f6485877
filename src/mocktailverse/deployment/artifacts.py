"""The artifact bucket: zips of the functions and templates, each under the hash of its content."""

import base64
import hashlib
import re
import zipfile
import zlib
from pathlib import Path

import msgspec
from botocore.exceptions import ClientError
from msgspec import Struct

from mocktailverse.deployment.package import Architecture
from mocktailverse.errors import PermanentError, UsageError
from mocktailverse.stores.clients import Clients
from mocktailverse.stores.error_translation import error_code, ignored

_KEY = re.compile(r"functions/([0-9a-f]{64})\.zip|templates/([0-9a-f]{64})\.yaml")
_FORBIDDEN = ("403", "AccessDenied")
_MISSING = ("404", "NoSuchKey", "NoSuchBucket")


class Artifact(Struct, frozen=True):
    """A zip or a template in an artifact bucket."""

    bucket: str
    key: str

    @property
    def is_addressed(self) -> bool:
        """Whether the key holds the hash of the content, as `key_of` writes it."""
        return _KEY.fullmatch(self.key) is not None

    @property
    def sha256(self) -> str:
        """The hash of the content in hex, taken from the key; UsageError if it holds none."""
        match = _KEY.fullmatch(self.key)
        if not match:
            raise UsageError(f"`{self.key}` does not hold a hash. Deploy with `mocktailverse`.")
        return match[1] or match[2]

    @property
    def code_sha256(self) -> str:
        """The hash in Base64, as Lambda reports it."""
        return base64.b64encode(bytes.fromhex(self.sha256)).decode()


class MachineRequirements(Struct, frozen=True):
    """Requirements of the compiled parts of a zip; None if it has no compiled parts."""

    python: str | None
    architecture: Architecture | None


def bucket_name(account: str, region: str) -> str:
    """Return the bucket that all environments share, so that a zip can be promoted unchanged."""
    return f"mocktailverse-artifacts-{account}-{region}"


def key_of(archive: Path) -> str:
    """Return the key for a zip, which depends on its content only."""
    with archive.open("rb") as content:
        return f"functions/{hashlib.file_digest(content, 'sha256').hexdigest()}.zip"


def machine_requirements(archive: Path) -> MachineRequirements:
    """Return what a zip needs, by its wheels' tags; UsageError if it is not a zip of functions."""
    try:
        with zipfile.ZipFile(archive) as bundle:
            if damaged := bundle.testzip():
                raise zipfile.BadZipFile(f"`{damaged}` in it is damaged")  # noqa: TRY301  for one text
            names = bundle.namelist()
            wheels = [bundle.read(name) for name in names if name.endswith(".dist-info/WHEEL")]
    except (OSError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
        raise UsageError(f"`{archive}` cannot be read as a zip: {error}.") from error
    if "mocktailverse/functions/__init__.py" not in names:
        raise UsageError(f"`{archive}` holds no functions. Build it with `mocktailverse package`.")
    tags = [tag.split("-") for wheel in wheels for tag in _tags(wheel)]
    pythons = {python for python, abi, _ in tags if python == abi}
    machines = {_architecture(machine) for _, _, machine in tags} - {None}
    if len(pythons) > 1 or len(machines) > 1:
        raise UsageError(f"`{archive}` mixes machines or Python versions. Build it again.")
    python = next(iter(pythons), None)
    return MachineRequirements(
        python=re.sub(r"cp(\d)(\d+)", r"\1.\2", python) if python else None,
        architecture=next(iter(machines), None),
    )


def upload(clients: Clients, archive: Path, *, bucket: str, owner: str | None = None) -> str:
    """Upload a zip to the artifact bucket, creating the bucket if needed; return the key.

    A zip that is stored already is not uploaded again. The bucket is made private, encrypted,
    versioned and, if the endpoint has TLS, TLS-only. UsageError if another account than
    `owner` owns it.
    """
    key = key_of(archive)
    _make_bucket(clients, bucket, owner)
    _add(clients, Artifact(bucket, key), archive.read_bytes(), "application/zip")
    return key


def template_key(text: str) -> str:
    """Return the key for a template, which depends on its content only."""
    return f"templates/{hashlib.sha256(text.encode()).hexdigest()}.yaml"


def upload_template(clients: Clients, text: str, *, bucket: str) -> str:
    """Upload a template, creating the bucket if needed; return its address for CloudFormation.

    CloudFormation accepts 1 MB this way, and 51,200 bytes within a request ("AWS CloudFormation
    quotas").
    """
    artifact = Artifact(bucket, template_key(text))
    try:
        _add(clients, artifact, text.encode(), "application/yaml")
    except ClientError as error:
        if error_code(error) != "NoSuchBucket":
            raise
        _make_bucket(clients, bucket, None)
        _add(clients, artifact, text.encode(), "application/yaml")
    return f"{clients.s3.meta.endpoint_url}/{bucket}/{artifact.key}"


def _add(clients: Clients, artifact: Artifact, body: bytes, content_type: str) -> None:
    """Store an object, unless it is stored already; the deploying role may not overwrite one.

    PermanentError if the stored one is not what its key says: every environment may add objects.
    """
    if not exists(clients, artifact):
        with ignored("PreconditionFailed"):  # another deployment has added it in between
            clients.s3.put_object(
                Bucket=artifact.bucket,
                Key=artifact.key,
                Body=body,
                ContentType=content_type,
                IfNoneMatch="*",
            )
            return
    verify(clients, artifact)


def exists(clients: Clients, artifact: Artifact) -> bool:
    """Return whether the object is stored."""
    with ignored(*_MISSING):
        clients.s3.head_object(Bucket=artifact.bucket, Key=artifact.key)
        return True
    return False


def verify(clients: Clients, artifact: Artifact) -> None:
    """Raise PermanentError unless a stored object has the hash that its key holds."""
    url = f"s3://{artifact.bucket}/{artifact.key}"
    try:
        body = clients.s3.get_object(Bucket=artifact.bucket, Key=artifact.key)["Body"]
    except ClientError as error:
        if error_code(error) not in _MISSING:
            raise
        raise PermanentError(f"{url} is missing. Build and deploy again.") from error
    digest = hashlib.sha256()
    for chunk in body.iter_chunks():
        digest.update(chunk)
    if digest.hexdigest() != artifact.sha256:
        raise PermanentError(f"{url} does not have the hash in its name. Do not deploy it.")


def _tags(wheel: bytes) -> list[str]:
    lines = wheel.decode("utf-8", "replace").splitlines()
    return [line.removeprefix("Tag: ").strip() for line in lines if line.startswith("Tag: ")]


def _architecture(machine: str) -> Architecture | None:
    if machine.endswith(("aarch64", "arm64")):
        return "arm64"
    return "x86_64" if machine.endswith("x86_64") else None


def _make_bucket(clients: Clients, bucket: str, owner: str | None) -> None:
    if not _bucket_exists(clients, bucket, owner):
        _create_bucket(clients, bucket)
    elif clients.s3.get_bucket_versioning(Bucket=bucket).get("Status") == "Enabled":
        return  # the last of the steps below: a role that may not take them finds them done
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
    if clients.s3.meta.endpoint_url.startswith("https:"):
        clients.s3.put_bucket_policy(Bucket=bucket, Policy=_tls_only(clients, bucket))
    # A zip is never overwritten; versions allow to undo an accidental deletion.
    clients.s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})


def _tls_only(clients: Clients, bucket: str) -> str:
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


def _bucket_exists(clients: Clients, bucket: str, owner: str | None) -> bool:
    expected = {"ExpectedBucketOwner": owner} if owner else {}
    try:
        clients.s3.head_bucket(Bucket=bucket, **expected)
    except ClientError as error:
        code = error_code(error)
        if code in _FORBIDDEN:
            raise UsageError(
                f"The bucket `{bucket}` belongs to another account, or these credentials may not"
                " read it. Nothing was uploaded. Grant s3:ListBucket, or use another region."
            ) from error
        if code not in _MISSING:
            raise
        return False
    return True


def _create_bucket(clients: Clients, bucket: str) -> None:
    if clients.region == "us-east-1":  # S3 refuses this region as a LocationConstraint
        clients.s3.create_bucket(Bucket=bucket)
    else:
        clients.s3.create_bucket(
            Bucket=bucket,
            CreateBucketConfiguration={"LocationConstraint": clients.region},  # type: ignore[typeddict-item]  # also regions that are newer than the types
        )
