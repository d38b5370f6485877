"""The API as it is deployed: gateway, function and role on the embedded AWS, with IAM enforced."""

import contextlib
import csv
import gzip
import io
import json
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from mocktailverse.api.transfer_allowance import SLICE_BYTES
from mocktailverse.catalogue.changes.publication import PublishedCatalogue
from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.errors import ConflictError
from mocktailverse.stores.alarms import read_log_metrics
from mocktailverse.stores.catalogue_objects import CatalogueObjects
from mocktailverse.stores.log_group import LogGroup
from mocktailverse.stores.ops_key import OpsKey
from mocktailverse.stores.transfer_counter import COUNTER_KEY

TIMEOUT_S = 240.0


class Response(NamedTuple):
    """A response; header names are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class NoRedirectHandler(urllib.request.HTTPRedirectHandler):
    """Returns redirects as they are."""

    def redirect_request(self, *_: object) -> None:
        return None


class Gateway(NamedTuple):
    """The API's address, the operators' key, and the catalogue that the API serves."""

    url: str
    key: str
    published: PublishedCatalogue

    def send(self, path: str, method: str = "GET", **headers: str) -> Response:
        header_fields = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(self.url + path, method=method, headers=header_fields)  # noqa: S310 - the embedded AWS
        opener = urllib.request.build_opener(NoRedirectHandler)
        try:
            with opener.open(request, timeout=TIMEOUT_S) as response:
                return self._response(response.status, response.headers, response.read())
        except urllib.error.HTTPError as error:
            with error:
                return self._response(error.code, error.headers, error.read())

    def publish(self, path: Path) -> None:
        """Replace the published catalogue, unless another publisher does so first."""
        with contextlib.suppress(ConflictError):
            self.published.upload(path, replacing=self.published.etag())

    def get_as_operator(self, path: str) -> Response:
        return self.send(path, x_api_key=self.key)

    @staticmethod
    def _response(status: int, headers: Any, body: bytes) -> Response:
        return Response(status, {name.lower(): value for name, value in headers.items()}, body)


@pytest.fixture(scope="module")
def gateway(local_stack, clients, catalogue_path) -> Gateway:
    """The API over the sample drinks."""
    outputs = local_stack.outputs
    key = OpsKey(clients, outputs["OpsKeyParameter"]).value()
    assert key
    base = f"{local_stack.endpoint}/_aws/execute-api/{outputs['ApiId']}/$default"
    published = PublishedCatalogue(CatalogueObjects(clients, outputs["CatalogueBucket"]))
    gateway = Gateway(base, key, published)
    version = _version(catalogue_path)
    deadline = time.monotonic() + TIMEOUT_S
    while True:  # the publish function may publish at the same time
        gateway.publish(catalogue_path)
        health = gateway.send("/health")
        if health.status == 200 and health.json["version"] == version:
            return gateway
        assert time.monotonic() < deadline, health.body
        time.sleep(0.2)


def _version(path) -> str:
    catalogue = Catalogue(path)
    try:
        return catalogue.meta.version
    finally:
        catalogue.close()


def test_the_gateway_serves_drinks(gateway):
    response = gateway.send("/drinks?ingredient=Gin&ingredient=lime%20juice&match=any&limit=3")
    assert response.status == 200
    assert response.headers["content-type"] == "application/json"
    assert len(response.json["items"]) == 3
    drink_id = response.json["items"][0]["id"]
    assert gateway.send(f"/drinks/{drink_id}").json == response.json["items"][0]


def test_names_with_spaces_and_any_letters_reach_the_function(gateway):
    assert gateway.send("/ingredients/lime%20juice").json["name"] == "Lime juice"
    response = gateway.send("/ingredients/caf%C3%A9%20xyz%2Fabc")
    assert (response.status, response.json["error"]["code"]) == (404, "no_such_ingredient")


def test_compressed_responses_arrive_completely(gateway):
    plain = gateway.send("/drinks?limit=50", accept_encoding="identity")
    compressed = gateway.send("/drinks?limit=50", accept_encoding="gzip")
    assert compressed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(compressed.body) == plain.body
    assert len(compressed.body) < len(plain.body) / 3


def test_an_unchanged_response_is_304(gateway):
    tag = gateway.send("/stats").headers["etag"]
    again = gateway.send("/stats", if_none_match=tag)
    assert (again.status, again.body) == (304, b"")


def test_errors_have_the_same_shape_behind_the_gateway(gateway):
    for path, status in {"/nothing": 404, "/drinks?limit=0": 422, "/loads": 401}.items():
        response = gateway.send(path)
        assert (response.status, set(response.json)) == (status, {"error"})
    refused = gateway.send("/drinks", method="DELETE")
    assert (refused.status, refused.headers["allow"]) == (405, "GET")


def test_head_has_no_body(gateway):
    response = gateway.send("/drinks", method="HEAD")
    assert (response.status, response.body) == (200, b"")


def test_the_reference_page_loads_its_files_behind_the_gateway_s_prefix(gateway):
    page = gateway.send("/docs").body.decode()
    for file in ("docs/swagger-ui.css", "docs/swagger-ui.js", "docs/start.js"):
        assert f'"{file}"' in page
        response = gateway.send(f"/{file}", accept_encoding="gzip")
        assert (response.status, bool(response.body)) == (200, True)
    assert gateway.send("/openapi.json").json["servers"] == [{"url": "."}]


@pytest.mark.parametrize("form", ["csv", "ndjson", "sqlite"])
def test_an_export_is_sent_whole_compressed_and_in_ranges(gateway, form, catalogue_path):
    """All three are the same bytes; the function stores them with its role's permissions."""
    deadline = time.monotonic() + TIMEOUT_S
    while True:  # a late change of another test's drinks may be published meanwhile
        gateway.publish(catalogue_path)
        whole = gateway.send(f"/export.{form}", accept_encoding="identity")
        packed = gateway.send(f"/export.{form}", accept_encoding="gzip")
        middle = f"bytes=1000-{len(whole.body) - 1001}"
        ranges = [
            gateway.send(f"/export.{form}", range=part, if_range=whole.headers["etag"])
            for part in ("bytes=0-999", middle, "bytes=-1000")
        ]
        if [response.status for response in (whole, packed, *ranges)] == [200, 200, 206, 206, 206]:
            break
        assert time.monotonic() < deadline, [whole.status, packed.status, ranges]
    assert f'filename="mocktailverse.{form}"' in whole.headers["content-disposition"]
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == whole.body
    assert b"".join(part.body for part in ranges) == whole.body
    assert ranges[2].headers["content-range"].endswith(f"/{len(whole.body)}")
    if form == "csv":
        rows = list(csv.DictReader(io.StringIO(whole.body.decode())))
        assert len(rows) == gateway.send("/health").json["drinks"]
    elif form == "sqlite":
        assert whole.body == catalogue_path.read_bytes()


def test_nobody_gets_a_link_to_a_bucket(gateway):
    for path in ("/export.csv", "/export.ndjson", "/export.sqlite"):
        response = gateway.send(path)
        assert (response.status, "location" in response.headers) == (200, False)
        assert b"X-Amz-Signature" not in response.body


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/export%252Ecsv", 404),
        ("/drinks/thecocktaildb:9000%2531", 404),
        ("/drinks/thecocktaildb:9000%31", 200),
        ("/ingredients/lime%2520juice", 404),
        ("/drinks/100%25", 404),
    ],
)
def test_a_path_is_decoded_once(gateway, path, status):
    assert gateway.send(path).status == status


def test_the_log_holds_no_text_of_a_client(gateway, clients, local_stack):
    """Also not in the lines of the embedded AWS, which are those of Lambda."""
    mark = "[ERROR]%20invocation%20failed%20Task%20timed%20out"
    started = int(time.time() * 1000) - 1000
    gateway.send(f"/{mark}?{mark}", user_agent=mark, accept_encoding=mark)
    log = LogGroup(clients, f"/aws/lambda/{local_stack.outputs['ApiFunction']}")
    deadline = time.monotonic() + TIMEOUT_S
    while not (lines := [line for line in log.lines(started) if '"none"' in line.message]):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert all("timed" not in line.message for line in log.lines(started))
    filters = read_log_metrics(clients, log.name)
    assert filters
    assert not any(one.matches(line.message) for one in filters for line in lines)


def test_what_is_sent_is_counted(gateway, clients, local_stack):
    gateway.send("/drinks?limit=100", accept_encoding="identity")
    bucket = local_stack.outputs["CatalogueBucket"]
    counter = clients.s3.get_object(Bucket=bucket, Key=COUNTER_KEY)
    count = json.loads(counter["Body"].read())
    assert count["day"] == time.strftime("%Y-%m-%d", time.gmtime())
    assert count["bytes"] % SLICE_BYTES == 0
    assert count["bytes"] > 0


def test_a_flood_sends_no_more_than_the_day_has_left(gateway, clients, local_stack):
    """Four clients, answered by as many processes as they start; 6 MB are left."""
    if time.time() % 86_400 > 86_400 - 120:
        pytest.skip("The day in UTC ends within two minutes, and the next one has its own data.")
    gateway.send("/drinks")
    bucket, name = (local_stack.outputs[key] for key in ("CatalogueBucket", "ApiFunction"))

    def reserved() -> int:
        counter = clients.s3.get_object(Bucket=bucket, Key=COUNTER_KEY)
        return json.loads(counter["Body"].read())["bytes"]

    def ask_until_refused(_client: int) -> int:
        sent = 0
        while (
            response := gateway.send("/drinks?limit=100", accept_encoding="identity")
        ).status == 200:
            sent += len(response.body)
        assert (response.status, response.json["error"]["code"]) == (429, "allowance_used_up")
        assert 0 < int(response.headers["retry-after"]) <= 86_400
        return sent

    before = clients.lambda_.get_function_configuration(FunctionName=name)["Environment"]
    left, spent = 6_000_000, reserved()
    limit = {"MOCKTAILVERSE_API_GB_PER_DAY": f"{(spent + left) / 1e9:.9f}"}
    variables = {"Variables": before["Variables"] | limit}
    clients.lambda_.update_function_configuration(FunctionName=name, Environment=variables)
    try:
        with ThreadPoolExecutor(4) as pool:
            sent = sum(pool.map(ask_until_refused, range(4)))
        assert 0 < sent <= left
        assert reserved() <= spent + left
        assert gateway.send("/health").status == 200
        assert gateway.send("/export.csv").status == 429
    finally:
        clients.lambda_.update_function_configuration(FunctionName=name, Environment=before)
    assert gateway.send("/drinks?limit=100").status == 200


def test_operators_see_loads_and_rejected_records_with_the_role_s_permissions(
    gateway, clients, local_stack
):
    body = b'{"drinks": [{"idDrink": "990001"}]}'
    clients.s3.put_object(
        Bucket=local_stack.outputs["DataBucket"], Key="raw/thecocktaildb/api/a.json", Body=body
    )
    deadline = time.monotonic() + TIMEOUT_S
    while True:
        loads = gateway.get_as_operator("/loads?limit=100").json["items"]
        own_loads = [load for load in loads if load["key"] == "raw/thecocktaildb/api/a.json"]
        if own_loads and own_loads[0]["status"] == "done":
            break
        assert time.monotonic() < deadline, loads
        time.sleep(0.1)
    assert (own_loads[0]["read"], own_loads[0]["rejected"]) == (1, 1)
    (line,) = gateway.get_as_operator(f"/rejected?load={own_loads[0]['load']}").json["items"]
    assert (line["code"], line["raw"]) == ("partial_record", {"idDrink": "990001"})


def test_a_parameter_that_does_not_exist_has_no_value(clients):
    assert OpsKey(clients, "/mocktailverse/nowhere/ops-key").value() is None
