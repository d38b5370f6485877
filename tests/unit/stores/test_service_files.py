"""Reading of botocore's descriptions of AWS's services."""

import json
from pathlib import Path

import botocore.session
import pytest
from botocore.exceptions import UnknownServiceError
from botocore.loaders import Loader

from mocktailverse.stores.clients import Clients
from mocktailverse.stores.service_files import ServiceFiles

SERVICES = (
    "s3", "sqs", "dynamodb", "dynamodbstreams", "lambda", "cloudformation", "iam", "logs",
    "cloudwatch", "sns", "ssm", "scheduler", "sts", "ce", "freetier",
)  # fmt: skip
FILES = ("service-2", "endpoint-rule-set-1", "paginators-1", "waiters-2")


@pytest.mark.parametrize("name", ["endpoints", "partitions", "_retry", "sdk-default-configuration"])
def test_a_general_file_is_read_as_botocore_reads_it(name):
    read = ServiceFiles().load_data(name)
    assert json.dumps(read) == json.dumps(Loader().load_data(name))


@pytest.mark.parametrize("service", SERVICES)
def test_a_services_files_are_read_as_botocore_reads_them(service):
    files, usual = ServiceFiles(), Loader()
    described = [file for file in FILES if service in usual.list_available_services(file)]
    assert "service-2" in described
    for file in described:
        read = files.load_service_model(service, file)
        assert json.dumps(read) == json.dumps(usual.load_service_model(service, file))


@pytest.mark.parametrize("loader", [ServiceFiles, Loader])
@pytest.mark.parametrize("missing", [("sts", "waiters-2"), ("cocktails", "service-2")])
def test_what_is_missing_is_the_same_error_as_botocores(loader, missing):
    with pytest.raises(UnknownServiceError, match=f"'{missing[0]}'"):
        loader().load_service_model(*missing)


def test_a_service_without_a_file_of_endpoint_rules_has_a_client(monkeypatch, tmp_path):
    """As a model in ~/.aws/models may lack one: botocore then forms the address itself."""
    description = Loader().load_service_model("sts", "service-2")
    folder = tmp_path / "drinks" / "2011-06-15"
    folder.mkdir(parents=True)
    (folder / "service-2.json").write_text(json.dumps(description))
    monkeypatch.setattr(ServiceFiles, "CUSTOMER_DATA_PATH", str(tmp_path))
    session = botocore.session.Session()
    session.register_component("data_loader", ServiceFiles())

    client = session.create_client("drinks", "eu-west-1")

    assert client.meta.endpoint_url == "https://sts.eu-west-1.amazonaws.com"


def test_a_client_says_whether_an_operation_has_pages():
    clients = Clients(region="eu-west-1")
    assert clients.s3.can_paginate("list_objects_v2")
    assert not clients.sts.can_paginate("get_caller_identity")


@pytest.mark.parametrize("suffix", [".json", ".json.gz"])
def test_an_empty_file_is_an_error_rather_than_missing(suffix: str, tmp_path: Path):
    (tmp_path / f"endpoints{suffix}").write_bytes(b"")
    files = ServiceFiles()
    files.search_paths.insert(0, str(tmp_path))
    with pytest.raises((ValueError, EOFError)):
        files.load_data("endpoints")
