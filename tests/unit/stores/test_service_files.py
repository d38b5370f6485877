"""Reading of botocore's descriptions of AWS's services."""

import json
from pathlib import Path

import pytest
from botocore.exceptions import DataNotFoundError
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


def test_a_service_without_such_a_file_is_not_found():
    with pytest.raises(DataNotFoundError):
        ServiceFiles().load_service_model("sts", "waiters-2")


def test_a_service_that_does_not_exist_is_not_found():
    with pytest.raises(DataNotFoundError):
        ServiceFiles().load_service_model("cocktails", "service-2")


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
