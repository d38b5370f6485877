"""The client of TheCocktailDB, with prepared responses and a manual clock."""

import json
import logging
import math
import traceback

import httpx2
import pytest
import stamina

from mocktailverse.errors import (
    MocktailverseError,
    PermanentError,
    TransientError,
    UnreachableError,
    UsageError,
)
from mocktailverse.sources.http_headers import retry_after_s
from mocktailverse.sources.thecocktaildb.client import (
    MAX_RESPONSE_BYTES,
    OutOfTimeError,
    TheCocktailDB,
)
from mocktailverse.sources.thecocktaildb.responses import Request

BASE = "http://drinks.example"
MARGARITA = {"idDrink": "11007", "strDrink": "Margarita"}
FOUND = json.dumps({"drinks": [MARGARITA]}, indent=1).encode()
LETTER = Request("search.php", {"f": "m"})
KEY = "s3cretKey"
TUESDAY = 1_700_000_000  # 2023-11-14 22:13:20 UTC


@pytest.fixture(autouse=True)
def _no_backoff():
    with stamina.set_testing(True, attempts=5, cap=True):
        yield


class ManualTime:
    """A clock that only `sleep` moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class Source:
    """Returns the given responses in turn, repeats the last one, and records the requests."""

    def __init__(self, *responses, time: ManualTime | None = None) -> None:
        self.responses = list(responses)
        self.time = time or ManualTime()
        self.requests: list[httpx2.Request] = []
        self.times: list[float] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        self.times.append(self.time.now)
        response = self.responses.pop(0) if len(self.responses) > 1 else self.responses[0]
        if isinstance(response, Exception):
            raise response
        if isinstance(response, bytes):
            return httpx2.Response(200, content=response)
        return httpx2.Response(
            response.status_code, content=response.content, headers=response.headers
        )

    def client(self, key: str = "1", **settings) -> TheCocktailDB:
        return TheCocktailDB(
            BASE,
            key,
            transport=httpx2.MockTransport(self),
            clock=self.time.clock,
            wall_clock=lambda: TUESDAY,
            sleep=self.time.sleep,
            **settings,
        )


def status(code: int, **headers: str) -> httpx2.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx2.Response(code, content=b"<html>", headers=named)


def test_a_response_has_its_bytes_and_its_records():
    response = Source(FOUND).client().fetch(LETTER)
    assert response.body == FOUND
    assert response.records == [MARGARITA]


def test_the_free_key_goes_to_v1_and_a_purchased_key_to_v2():
    source = Source(FOUND)
    source.client().fetch(LETTER)
    source.client("9abc").fetch(Request("random.php"))
    assert [str(request.url) for request in source.requests] == [
        f"{BASE}/api/json/v1/1/search.php?f=m",
        f"{BASE}/api/json/v2/9abc/random.php",
    ]


def test_the_client_sends_its_user_agent():
    source = Source(FOUND)
    source.client().fetch(LETTER)
    agent = source.requests[0].headers["User-Agent"]
    assert agent.startswith("mocktailverse/")
    assert "+https://github.com/mocktailverse/mocktailverse" in agent


def test_a_term_is_url_encoded():
    source = Source(FOUND)
    source.client().fetch(Request("search.php", {"s": "piña & f=a/../?#"}))
    assert source.requests[0].url.params["s"] == "piña & f=a/../?#"
    assert source.requests[0].url.path == "/api/json/v1/1/search.php"


@pytest.mark.parametrize(
    "body",
    [
        b'{"drinks": null}',
        b'{"drinks": "no data found"}',
        b'{"drinks": "None Found"}',
        b'{"drinks": "None"}',
        b'{"drinks": ""}',
        b'{"drinks": []}',
        b"{}",
        b'{"ingredients": null}',
    ],
)
def test_every_not_found_response_has_no_records(body):
    response = Source(body).client().fetch(LETTER)
    assert response.records == []


@pytest.mark.parametrize(
    ("body", "is_absence"),
    [
        (b'{"drinks": null}', True),
        (b'\xef\xbb\xbf{"drinks":null}', True),
        (b'{"drinks": "no data found"}', True),
        (b'{"drinks": "None Found"}', True),
        (b'{"drinks": "None"}', True),
        (b'{"drinks": []}', True),
        (b'{"drinks": "Premium API only"}', False),
        (b'{"drinks": ""}', False),
        (b"{}", False),
        (b'{"ingredients": null}', False),
        (FOUND, False),
    ],
)
def test_only_a_known_response_means_not_found(body, is_absence):
    assert Source(body).client().fetch(LETTER).reports_nothing_found is is_absence


def test_an_empty_body_does_not_report_an_absence():
    response = Source(b"").client().fetch(Request("search.php", {"f": "ma"}))
    assert not response.reports_nothing_found


def test_an_empty_body_means_no_records_only_in_a_search_by_several_letters():
    assert Source(b"").client().fetch(Request("search.php", {"f": "ma"})).records == []
    source = Source(b"", FOUND)
    assert source.client().fetch(LETTER).records == [MARGARITA]
    assert len(source.requests) == 2


def test_ingredients_are_records_too():
    response = Source(b'{"ingredients": [{"idIngredient": "1"}]}').client().fetch(LETTER)
    assert response.records == [{"idIngredient": "1"}]


@pytest.mark.parametrize(
    "failure",
    [
        status(429),
        status(500),
        status(502),
        status(408),
        b"",
        b" \n",
        FOUND[:-5],
        b"<!DOCTYPE html><html>Down for maintenance</html>",
        httpx2.ReadTimeout("slow"),
        httpx2.RemoteProtocolError("peer closed connection"),
        httpx2.ConnectError("refused"),
        httpx2.ConnectTimeout("no route"),
    ],
    ids=repr,
)
def test_a_transient_failure_is_retried(failure):
    source = Source(failure, failure, FOUND)
    client = source.client()
    assert client.fetch(LETTER).records == [MARGARITA]
    assert client.requests == len(source.requests) == 3


@pytest.mark.parametrize(
    ("failure", "error"),
    [
        (status(429), TransientError),
        (status(503), TransientError),
        (b"<html>", TransientError),
        (httpx2.ReadError("reset"), TransientError),
        (httpx2.ConnectError("refused"), UnreachableError),
    ],
    ids=repr,
)
def test_attempts_are_limited(failure, error):
    source = Source(failure)
    with pytest.raises(error):
        source.client(attempts=3).fetch(LETTER)
    assert len(source.requests) == 3


@pytest.mark.parametrize(
    "refusal",
    [status(403), status(404), status(301), b"[]", b"3", b'{"drinks": 3}', b"[" * 100_000],
    ids=lambda refusal: repr(refusal)[:30],
)
def test_a_permanent_failure_is_not_retried(refusal):
    source = Source(refusal)
    with pytest.raises(PermanentError):
        source.client().fetch(LETTER)
    assert len(source.requests) == 1


def test_an_unreachable_source_is_named():
    with pytest.raises(UnreachableError, match=BASE):
        Source(httpx2.ConnectError("refused")).client().fetch(LETTER)


@pytest.mark.parametrize(
    "body",
    [
        b'{"drinks": [{"idDrink": "1", "strDrink": "\xff"}]}',
        b'{"drinks": [{"idDrink": "1", "strDrink": "\\ud800"}]}',
        b'{"drinks": [{"idDrink": "1", "strDrink": NaN}]}',
        b'\xef\xbb\xbf{"drinks": [{"idDrink": "1"}]}',
    ],
)
def test_one_invalid_record_does_not_lose_the_page(body):
    response = Source(body).client().fetch(LETTER)
    assert response.body == body
    assert len(response.records) == 1


def test_a_response_that_is_too_large_is_refused():
    body = b'{"drinks": "' + b"x" * MAX_RESPONSE_BYTES + b'"}'
    with pytest.raises(PermanentError, match="exceeds"):
        Source(body).client().fetch(LETTER)


def test_a_response_that_is_too_slow_fails():
    time = ManualTime()

    class Trickle(httpx2.SyncByteStream):
        def __iter__(self):
            while True:
                time.sleep(1)
                yield b" "

    def handler(_request):
        return httpx2.Response(200, stream=Trickle())

    client = TheCocktailDB(
        BASE, transport=httpx2.MockTransport(handler), clock=time.clock, sleep=time.sleep
    )
    with pytest.raises(TransientError, match="too long"):
        client.fetch(LETTER)
    assert time.now < 5 * 22


def test_requests_obey_the_rate_limit():
    source = Source(FOUND)
    client = source.client(requests_per_s=4)
    for _ in range(5):
        client.fetch(LETTER)
    assert source.times == [0, 0.25, 0.5, 0.75, 1.0]


def test_idle_time_counts_but_allows_no_burst():
    source = Source(FOUND)
    client = source.client(requests_per_s=4)
    client.fetch(LETTER)
    source.time.sleep(10)
    client.fetch(LETTER)
    client.fetch(LETTER)
    assert source.times == [0, 10, 10.25]


def test_retries_obey_the_rate_limit_too():
    source = Source(status(500), status(500), FOUND)
    source.client(requests_per_s=4).fetch(LETTER)
    assert source.times == [0, 0.25, 0.5]


@pytest.mark.parametrize(
    ("header", "pause_s"),
    [
        ("7", 7),
        ("Tue, 14 Nov 2023 22:13:32 GMT", 12),
        ("Tue, 14 Nov 2023 22:13:00 GMT", 0.25),
        ("86400", 60),
        ("Wed, 15 Nov 2023 22:13:20 GMT", 60),
        ("soon", 0.25),
    ],
)
@pytest.mark.parametrize("code", [429, 503])
def test_retry_after_is_obeyed_up_to_a_minute(code, header, pause_s):
    source = Source(status(code, Retry_After=header), FOUND)
    source.client().fetch(LETTER)
    assert source.times == [0, pause_s]


def test_retry_after_delays_every_request():
    source = Source(status(429, Retry_After="30"), FOUND)
    client = source.client(attempts=1)
    with pytest.raises(TransientError):
        client.fetch(LETTER)
    client.fetch(Request("random.php"))
    assert source.times == [0, 30]


@pytest.mark.parametrize(
    "value", [None, "", "-1", "1.5", "nan", "٣", "Thu, 99 Foo 2023 99:99:99 GMT", "x" * 5000]
)
def test_an_invalid_retry_after_is_ignored(value):
    assert retry_after_s(value, TUESDAY) == 0


def test_an_absurdly_long_retry_after_is_capped():
    assert retry_after_s("9" * 5000, TUESDAY) == math.inf


def test_a_pause_longer_than_the_time_left_ends_the_retries():
    source = Source(status(429, Retry_After="30"), FOUND)
    with pytest.raises(OutOfTimeError):
        source.client().fetch(LETTER, time_left_s=lambda: 29 - source.time.now)
    assert source.times == [0]
    assert source.time.now == 0


def test_a_request_does_not_start_when_its_pause_exceeds_the_time_left():
    source = Source(status(429, Retry_After="30"), FOUND)
    client = source.client(attempts=1)
    with pytest.raises(TransientError):
        client.fetch(LETTER)
    with pytest.raises(OutOfTimeError):
        client.fetch(LETTER, time_left_s=lambda: 20.0)
    assert source.times == [0]


def test_the_time_left_bounds_the_timeout():
    source = Source(FOUND)
    client = source.client(timeout_s=20)
    client.fetch(LETTER)
    client.fetch(LETTER, time_left_s=lambda: 3.0)
    timeouts = [request.extensions["timeout"]["read"] for request in source.requests]
    assert timeouts == [20, 3]


@pytest.mark.parametrize("failure", [status(403), status(500), httpx2.ConnectError("refused")])
def test_the_key_appears_in_no_log_and_no_error(failure, caplog):
    caplog.set_level(logging.DEBUG)
    source = Source(failure)
    with source.client(KEY) as client, pytest.raises(MocktailverseError) as raised:
        client.fetch(LETTER)
    assert KEY in str(source.requests[0].url)
    assert caplog.records
    assert KEY not in caplog.text
    assert KEY not in "".join(traceback.format_exception(raised.value))
    assert KEY not in repr(client)


def test_a_closed_client_restores_the_log_filters():
    before = list(logging.getLogger("httpx2").filters)
    with Source(FOUND).client(KEY):
        pass
    assert logging.getLogger("httpx2").filters == before


@pytest.mark.parametrize("key", ["", "a/b", "a b", "../1", "ключ"])
def test_an_invalid_key_is_refused_without_printing_it(key):
    with pytest.raises(UsageError) as raised:
        TheCocktailDB(BASE, key)
    assert len(key) < 2 or key not in str(raised.value)


@pytest.mark.parametrize(
    "base_url", ["", "drinks.example", "ftp://drinks.example", "http://", "http://a:b"]
)
def test_an_invalid_base_url_is_refused(base_url):
    with pytest.raises(UsageError):
        TheCocktailDB(base_url)
