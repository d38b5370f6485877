"""Zips of functions: stored under the hash of their content, built for one machine."""

import base64
import hashlib
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from mocktailverse.deployment import artifacts, release
from mocktailverse.deployment.account import Account
from mocktailverse.deployment.artifacts import Artifact, MachineRequirements
from mocktailverse.errors import PermanentError, UsageError

ON_AWS = Account("123456789012", "eu-central-1", "arn:aws:iam::123456789012:user/me", None)
EMBEDDED = Account("000000000000", "us-east-1", "arn", "http://127.0.0.1:1")


@pytest.fixture
def zip_with(tmp_path):
    """Return a function that creates a zip of functions with wheels of the given tags."""

    def make(*tags: str, functions: bool = True) -> Path:
        path = tmp_path / "functions.zip"
        with zipfile.ZipFile(path, "w") as bundle:
            if functions:
                bundle.writestr("mocktailverse/functions/__init__.py", "")
            for number, tag in enumerate(tags):
                bundle.writestr(f"p{number}-1.dist-info/WHEEL", f"Wheel-Version: 1.0\nTag: {tag}\n")
        return path

    return make


class FakeS3:
    """Stores objects and records the calls that set up a bucket."""

    class meta:  # noqa: N801  as boto3 names it
        endpoint_url = "https://s3.eu-central-1.amazonaws.com"
        partition = "aws"

    def __init__(self, *, bucket: str | None = None, error: str = "404") -> None:
        self.bucket = bucket
        self.error = error
        self.stored: dict[str, bytes] = {}
        self.calls: list[str] = []
        self.policy = ""
        self.is_configured = True
        self.is_missing = False
        self.unseen: set[str] = set()
        """Keys that another deployment stores between a look and an upload."""

    def head_bucket(self, **given: Any) -> None:
        self.owner = given.get("ExpectedBucketOwner")
        if self.bucket != given["Bucket"]:
            raise ClientError({"Error": {"Code": self.error}}, "HeadBucket")

    def head_object(self, **given: Any) -> None:
        if given["Key"] not in self.stored:
            raise ClientError({"Error": {"Code": "404"}}, "HeadObject")

    def create_bucket(self, **given: Any) -> None:
        self.calls.append("create_bucket")
        self.is_missing = False
        assert given["CreateBucketConfiguration"] == {"LocationConstraint": "eu-central-1"}

    def get_bucket_versioning(self, **_given: Any) -> dict[str, str]:
        return {"Status": "Enabled"} if self.is_configured else {}

    def put_object(self, **given: Any) -> None:
        assert given["IfNoneMatch"] == "*"
        if self.is_missing:
            raise ClientError({"Error": {"Code": "NoSuchBucket"}}, "PutObject")
        if given["Key"] in self.unseen:
            self.stored[given["Key"]] = given["Body"]
            raise ClientError({"Error": {"Code": "PreconditionFailed"}}, "PutObject")
        self.calls.append("put_object")
        self.stored[given["Key"]] = given["Body"]

    def refuse(self, **_given: Any) -> None:
        raise ClientError({"Error": {"Code": "PreconditionFailed"}}, "PutObject")

    def get_object(self, **given: Any) -> Any:
        class Body(io.BytesIO):
            def iter_chunks(self) -> Any:
                return iter([self.read()])

        if given["Key"] not in self.stored:
            raise ClientError({"Error": {"Code": "NoSuchKey"}}, "GetObject")
        return {"Body": Body(self.stored[given["Key"]])}

    def __getattr__(self, name: str) -> Any:
        def call(**given: Any) -> None:
            self.calls.append(name)
            self.policy = given.get("Policy", self.policy)

        return call


class FakeClients:
    region = "eu-central-1"

    def __init__(self, s3: FakeS3) -> None:
        self.s3 = s3


def clients(s3: FakeS3) -> Any:
    return FakeClients(s3)


def test_the_key_is_the_hash_of_the_content(zip_with, tmp_path):
    path = zip_with("py3-none-any")
    key = artifacts.key_of(path)
    digest = hashlib.sha256(path.read_bytes())
    assert key == f"functions/{digest.hexdigest()}.zip"
    copy = tmp_path / "other-name.zip"
    copy.write_bytes(path.read_bytes())
    assert artifacts.key_of(copy) == key
    assert Artifact("bucket", key).code_sha256 == base64.b64encode(digest.digest()).decode()


def test_the_key_of_another_tool_has_no_hash():
    assert not Artifact("bucket", "functions/latest.zip").is_addressed
    with pytest.raises(UsageError, match=r"latest\.zip"):
        _ = Artifact("bucket", "functions/latest.zip").sha256


@pytest.mark.parametrize(
    ("tags", "requirements"),
    [
        (["py3-none-any"], MachineRequirements(None, None)),
        (
            ["py3-none-any", "cp313-cp313-manylinux2014_aarch64"],
            MachineRequirements("3.13", "arm64"),
        ),
        (["cp311-cp311-manylinux_2_17_x86_64"], MachineRequirements("3.11", "x86_64")),
        (["cp39-abi3-manylinux_2_28_x86_64"], MachineRequirements(None, "x86_64")),
        (["cp312-cp312-macosx_11_0_arm64"], MachineRequirements("3.12", "arm64")),
    ],
)
def test_the_machine_of_a_zip_is_read_from_its_wheels(zip_with, tags, requirements):
    assert artifacts.machine_requirements(zip_with(*tags)) == requirements


def test_a_zip_for_two_machines_is_refused(zip_with):
    with pytest.raises(UsageError, match="mixes"):
        artifacts.machine_requirements(
            zip_with("cp313-cp313-linux_x86_64", "cp313-cp313-linux_aarch64")
        )


def test_a_file_without_functions_is_refused(zip_with, tmp_path):
    with pytest.raises(UsageError, match="holds no functions"):
        artifacts.machine_requirements(zip_with(functions=False))
    text = tmp_path / "text.zip"
    text.write_text("not a zip")
    with pytest.raises(UsageError, match="cannot be read as a zip"):
        artifacts.machine_requirements(text)


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_damaged_zip_is_refused(tmp_path, compression):
    path = tmp_path / "damaged.zip"
    with zipfile.ZipFile(path, "w", compression) as bundle:
        bundle.writestr("mocktailverse/functions/__init__.py", "# The functions\n" * 9)
        start = bundle.fp.tell() - bundle.infolist()[0].compress_size
    content = bytearray(path.read_bytes())
    content[start : start + 9] = b"\xff" * 9
    path.write_bytes(content)
    with pytest.raises(UsageError, match="cannot be read as a zip"):
        artifacts.machine_requirements(path)


def test_a_new_bucket_is_private_encrypted_versioned_and_for_tls_only(zip_with):
    s3 = FakeS3()
    artifacts.upload(clients(s3), zip_with(), bucket="artifacts", owner="123456789012")
    assert s3.calls == [
        "create_bucket",
        "put_public_access_block",
        "put_bucket_encryption",
        "put_bucket_policy",
        "put_bucket_versioning",
        "put_object",
    ]
    assert '"aws:SecureTransport":"false"' in s3.policy
    assert '"arn:aws:s3:::artifacts/*"' in s3.policy


def test_a_stored_zip_is_not_uploaded_again(zip_with):
    s3 = FakeS3(bucket="artifacts")
    for _ in range(2):
        artifacts.upload(clients(s3), zip_with(), bucket="artifacts")
    assert s3.calls.count("put_object") == 1
    assert "create_bucket" not in s3.calls


def test_a_bucket_that_is_set_up_is_not_changed(zip_with):
    s3 = FakeS3(bucket="artifacts")
    artifacts.upload(clients(s3), zip_with(), bucket="artifacts")
    assert s3.calls == ["put_object"]


def test_a_bucket_whose_creation_was_interrupted_is_set_up(zip_with):
    s3 = FakeS3(bucket="artifacts")
    s3.is_configured = False
    artifacts.upload(clients(s3), zip_with(), bucket="artifacts")
    assert {"put_public_access_block", "put_bucket_policy", "put_bucket_versioning"} < set(s3.calls)


def test_a_zip_that_another_deployment_has_just_stored_is_used(zip_with):
    s3 = FakeS3(bucket="artifacts")
    archive = zip_with()
    s3.unseen = {artifacts.key_of(archive)}
    assert artifacts.upload(clients(s3), archive, bucket="artifacts") in s3.unseen
    assert s3.calls == []


def test_a_zip_that_is_not_what_its_key_says_is_not_used(zip_with):
    s3 = FakeS3(bucket="artifacts")
    s3.stored[artifacts.key_of(zip_with())] = b"another environment's code"
    with pytest.raises(PermanentError, match="does not have the hash in its name"):
        artifacts.upload(clients(s3), zip_with(), bucket="artifacts")


def test_a_template_is_stored_once_under_its_hash_and_never_overwritten():
    s3 = FakeS3()
    s3.is_missing = True
    for _ in range(2):
        url = artifacts.upload_template(clients(s3), "Resources: {}", bucket="artifacts")
    key = artifacts.template_key("Resources: {}")
    assert url == f"{s3.meta.endpoint_url}/artifacts/{key}"
    assert s3.stored == {key: b"Resources: {}"}
    assert s3.calls.count("create_bucket") == 1
    assert s3.calls.count("put_object") == 1


@pytest.mark.parametrize("is_seen", [True, False])
def test_a_template_that_another_environment_put_in_its_place_is_not_deployed(is_seen):
    s3 = FakeS3(bucket="artifacts")
    key = artifacts.template_key("Resources: {}")
    s3.stored[key] = b"Resources: {Admin: {}}"
    if not is_seen:  # stored between the look and the upload
        s3.head_object = FakeS3().head_object
        s3.put_object = s3.refuse
    with pytest.raises(PermanentError, match="does not have the hash in its name"):
        artifacts.upload_template(clients(s3), "Resources: {}", bucket="artifacts")


def test_no_code_is_uploaded_to_the_bucket_of_another_account(zip_with):
    s3 = FakeS3(error="403")
    with pytest.raises(UsageError, match="Nothing was uploaded"):
        artifacts.upload(clients(s3), zip_with(), bucket="artifacts", owner="123456789012")
    assert s3.owner == "123456789012"
    assert s3.calls == []


def test_a_stored_zip_is_checked_byte_for_byte(zip_with):
    s3 = FakeS3(bucket="artifacts")
    key = artifacts.upload(clients(s3), zip_with(), bucket="artifacts")
    artifacts.verify(clients(s3), Artifact("artifacts", key))
    s3.stored[key] += b"!"
    with pytest.raises(PermanentError, match="does not have the hash in its name"):
        artifacts.verify(clients(s3), Artifact("artifacts", key))
    del s3.stored[key]
    with pytest.raises(PermanentError, match="missing"):
        artifacts.verify(clients(s3), Artifact("artifacts", key))


def test_a_zip_runs_on_the_machine_that_it_was_built_for(zip_with):
    built = release.from_zip(ON_AWS, zip_with("cp312-cp312-manylinux2014_x86_64"), None)
    assert (built.runtime, built.architecture) == ("python3.12", "x86_64")
    assert built.artifact.bucket == "mocktailverse-artifacts-123456789012-eu-central-1"
    pure = release.from_zip(ON_AWS, zip_with(), None)
    assert (pure.runtime, pure.architecture) == ("python3.13", "arm64")


def test_a_zip_for_another_machine_is_refused(zip_with):
    with pytest.raises(UsageError, match="is for arm64, but would run on x86_64"):
        release.from_zip(ON_AWS, zip_with("cp313-cp313-manylinux2014_aarch64"), "x86_64")
    other = "arm64" if release.this_architecture() == "x86_64" else "x86_64"
    machine = {"arm64": "aarch64", "x86_64": "x86_64"}
    with pytest.raises(UsageError, match=f"is for {other}"):
        release.from_zip(EMBEDDED, zip_with(f"cp313-cp313-manylinux2014_{machine[other]}"), None)
    local_machine = machine[release.this_architecture()]
    with pytest.raises(UsageError, match=r"Python 3\.9; the embedded AWS has"):
        release.from_zip(EMBEDDED, zip_with(f"cp39-cp39-manylinux2014_{local_machine}"), None)


def test_the_embedded_aws_refuses_another_architecture():
    with pytest.raises(UsageError, match="Leave out --arch"):
        release.target(EMBEDDED, "arm64")
    assert release.target(ON_AWS, "x86_64").platform == "x86_64-manylinux2014"
    assert release.target(ON_AWS, None).runtime == "python3.13"


@pytest.mark.parametrize("is_stored", [False, True])
def test_a_zip_has_the_code_of_a_folder_whatever_its_byte_code_and_dependencies(
    zip_with, tmp_path, is_stored
):
    s3 = FakeS3(bucket="artifacts")
    source = tmp_path / "mocktailverse"
    for name in ("functions", "cli"):  # no zip holds `cli`
        (source / name).mkdir(parents=True)
        (source / name / "__init__.py").touch()
    archive = zip_with("cp313-cp313-manylinux2014_aarch64")
    with zipfile.ZipFile(archive, "a") as bundle:
        bundle.writestr("mocktailverse/functions/__pycache__/__init__.cpython-313.pyc", "code")
    key = artifacts.upload(clients(s3), archive, bucket="artifacts")
    stored = Artifact("artifacts", key)
    one = release.Release(stored, "python3.13", "arm64", None if is_stored else archive)
    assert release.has_code_of(clients(s3), one, source)
    (source / "functions" / "__init__.py").write_text("changed = True\n")
    assert not release.has_code_of(clients(s3), one, source)
    (source / "functions" / "__init__.py").write_text("")
    assert release.has_code_of(clients(s3), one, source)
    (source / "functions" / "api.py").touch()
    assert not release.has_code_of(clients(s3), one, source)
