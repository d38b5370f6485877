"""The API as it is deployed: gateway, function and role on the embedded AWS, with IAM enforced."""

import contextlib
import csv
import gzip
import io
import json
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.errors import ConflictError
from mocktailverse.stores.catalogue_object import CatalogueObject
from mocktailverse.stores.export_objects import ExportObjects
from mocktailverse.stores.ops_key import OpsKey

PATIENCE_S = 240.0


class Answer(NamedTuple):
    """What came back; header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class NotFollowed(urllib.request.HTTPRedirectHandler):
    """Redirections are answers like others."""

    def redirect_request(self, *_: object) -> None:
        return None


class Gateway(NamedTuple):
    """The API's address, the operators' key, and the catalogue that it serves."""

    url: str
    key: str
    published: CatalogueObject

    def ask(self, path: str, method: str = "GET", **headers: str) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(self.url + path, method=method, headers=named)  # noqa: S310 - the embedded AWS
        opener = urllib.request.build_opener(NotFollowed)
        try:
            with opener.open(request, timeout=PATIENCE_S) as answer:
                return self._answer(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return self._answer(error.code, error.headers, error.read())

    def publish(self, path: Path) -> None:
        """Put a catalogue in place of the published one, unless another publisher is faster."""
        with contextlib.suppress(ConflictError):
            self.published.upload(path, replacing=self.published.etag())

    def ops(self, path: str) -> Answer:
        return self.ask(path, x_api_key=self.key)

    @staticmethod
    def _answer(status: int, headers: Any, body: bytes) -> Answer:
        return Answer(status, {name.lower(): value for name, value in headers.items()}, body)


@pytest.fixture(scope="module")
def gateway(local_stack, clients, catalogue_path) -> Gateway:
    """The API over the sample drinks."""
    outputs = local_stack.outputs
    key = OpsKey(clients, outputs["OpsKeyParameter"]).value()
    assert key
    base = f"{local_stack.endpoint}/_aws/execute-api/{outputs['ApiId']}/$default"
    published = CatalogueObject(clients, outputs["CatalogueBucket"])
    asked = Gateway(base, key, published)
    version = _version(catalogue_path)
    deadline = time.monotonic() + PATIENCE_S
    while True:  # the publish function may have something to publish, too
        asked.publish(catalogue_path)
        health = asked.ask("/health")
        if health.status == 200 and health.json["version"] == version:
            return asked
        assert time.monotonic() < deadline, health.body
        time.sleep(0.2)


def _version(path) -> str:
    catalogue = Catalogue(path)
    try:
        return catalogue.meta.version
    finally:
        catalogue.close()


def test_drinks_come_through_the_gateway(gateway):
    answer = gateway.ask("/drinks?ingredient=Gin&ingredient=lime%20juice&match=any&limit=3")
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    assert len(answer.json["items"]) == 3
    drink_id = answer.json["items"][0]["id"]
    assert gateway.ask(f"/drinks/{drink_id}").json == answer.json["items"][0]


def test_names_with_spaces_and_letters_of_any_kind_reach_the_function(gateway):
    assert gateway.ask("/ingredients/lime%20juice").json["name"] == "Lime juice"
    answer = gateway.ask("/ingredients/caf%C3%A9%20xyz%2Fabc")
    assert (answer.status, answer.json["error"]["code"]) == (404, "no_such_ingredient")


def test_compressed_answers_come_whole(gateway):
    plain = gateway.ask("/drinks?limit=50", accept_encoding="identity")
    packed = gateway.ask("/drinks?limit=50", accept_encoding="gzip")
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert len(packed.body) < len(plain.body) / 3


def test_who_has_the_answer_already_is_told_so(gateway):
    tag = gateway.ask("/stats").headers["etag"]
    again = gateway.ask("/stats", if_none_match=tag)
    assert (again.status, again.body) == (304, b"")


def test_errors_keep_their_shape_behind_the_gateway(gateway):
    for path, status in {"/nothing": 404, "/drinks?limit=0": 422, "/loads": 401}.items():
        answer = gateway.ask(path)
        assert (answer.status, set(answer.json)) == (status, {"error"})
    refused = gateway.ask("/drinks", method="DELETE")
    assert (refused.status, refused.headers["allow"]) == (405, "GET")


def test_head_has_no_body(gateway):
    answer = gateway.ask("/drinks", method="HEAD")
    assert (answer.status, answer.body) == (200, b"")


def test_the_reference_finds_its_parts_behind_the_gateway_s_prefix(gateway):
    page = gateway.ask("/docs").body.decode()
    for part in ("docs/swagger-ui.css", "docs/swagger-ui.js", "docs/start.js"):
        assert f'"{part}"' in page
        answer = gateway.ask(f"/{part}", accept_encoding="gzip")
        assert (answer.status, bool(answer.body)) == (200, True)
    assert gateway.ask("/openapi.json").json["servers"] == [{"url": "."}]


@pytest.mark.parametrize("form", ["csv", "ndjson"])
def test_an_export_is_made_once_and_had_by_its_link(gateway, form, clients, local_stack):
    first = gateway.ask(f"/export.{form}")
    assert first.status == 307, first.body
    with urllib.request.urlopen(first.headers["location"], timeout=PATIENCE_S) as answer:  # noqa: S310 - the embedded AWS
        assert f'filename="mocktailverse.{form}"' in answer.headers["content-disposition"]
        body = answer.read()
    drinks = gateway.ask("/health").json["drinks"]
    if form == "csv":
        assert len(list(csv.DictReader(io.StringIO(body.decode())))) == drinks
    else:
        assert len([json.loads(line) for line in body.splitlines()]) == drinks
    exports = ExportObjects(clients, local_stack.outputs["CatalogueBucket"])
    version = gateway.ask("/health").json["version"]
    assert exports.exists(f"{version}.{form}")
    assert gateway.ask(f"/export.{form}").status == 307


def test_the_catalogue_itself_is_had_by_a_link(gateway, catalogue_path):
    deadline = time.monotonic() + PATIENCE_S
    while True:  # a late change of another test's drinks may be published meanwhile
        gateway.publish(catalogue_path)
        answer = gateway.ask("/export.sqlite")
        assert answer.status == 307
        with urllib.request.urlopen(answer.headers["location"], timeout=PATIENCE_S) as got:  # noqa: S310 - the embedded AWS
            if got.read() == catalogue_path.read_bytes():
                return
        assert time.monotonic() < deadline, "the link leads to another file"


def test_operators_see_loads_and_rejected_records_with_the_role_s_rights(
    gateway, clients, local_stack
):
    body = b'{"drinks": [{"idDrink": "990001"}]}'
    clients.s3.put_object(
        Bucket=local_stack.outputs["DataBucket"], Key="raw/thecocktaildb/api/a.json", Body=body
    )
    deadline = time.monotonic() + PATIENCE_S
    while True:
        loads = gateway.ops("/loads?limit=100").json["items"]
        ours = [load for load in loads if load["key"] == "raw/thecocktaildb/api/a.json"]
        if ours and ours[0]["status"] == "done":
            break
        assert time.monotonic() < deadline, loads
        time.sleep(0.1)
    assert (ours[0]["read"], ours[0]["rejected"]) == (1, 1)
    (line,) = gateway.ops(f"/rejected?load={ours[0]['load']}").json["items"]
    assert (line["code"], line["raw"]) == ("partial_record", {"idDrink": "990001"})


def test_a_parameter_that_does_not_exist_has_no_value(clients):
    assert OpsKey(clients, "/mocktailverse/nowhere/ops-key").value() is None
