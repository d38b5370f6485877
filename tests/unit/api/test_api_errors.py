"""Errors have one shape, list the allowed values and expose no internals."""

import logging

import msgspec
import pytest

from mocktailverse.api.error_responses import ErrorAnswer
from mocktailverse.errors import PermanentError, TransientError


def error_of(response, status):
    """Return the error of a response after checking its shape."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-content-type-options"] == "nosniff"
    return msgspec.json.decode(response.content, type=ErrorAnswer).error


REFUSED = {
    "/drinks?limit=0": ("limit", "greater than or equal to 1"),
    "/drinks?limit=101": ("limit", "less than or equal to 100"),
    "/drinks?limit=": ("limit", "integer"),
    "/drinks?limit=ten": ("limit", "integer"),
    "/drinks?limit=1&limit=2": ("limit", "single"),
    "/drinks?ingredients=gin": ("ingredients", "Allowed: q, category"),
    "/drinks?Q=gin&Q=rum": ("Q", "Allowed: q, category"),
    "/drinks/random?limit=1": ("limit", "Allowed: q, category"),
    "/facets?sort=name": ("sort", "Allowed: q, category"),
    "/stats?x=": ("x", "Allowed: none"),
    "/health?x=1": ("x", "Allowed: none"),
    "/drinks/thecocktaildb:1?lang=de": ("lang", "Allowed: none"),
    "/ingredients/gin?q=x": ("q", "Allowed: none"),
    "/drinks?sort=size": ("sort", "'name', '-name'"),
    "/drinks?match=some": ("match", "'all' or 'any'"),
    "/drinks?method=boiled": ("method", "'shaken'"),
    "/drinks?alcoholic=Alcoholic": ("alcoholic", "'alcoholic'"),
    "/drinks?mocktail=yes": ("mocktail", "'true' or 'false'"),
    "/drinks?mocktail=": ("mocktail", "'true' or 'false'"),
    "/drinks?zero_proof=none": ("zero_proof", "'alcohol_free', 'traces' or 'convertible'"),
    "/drinks?sugar_max=-1": ("sugar_max", "greater than or equal to 0"),
    "/drinks?withdrawn=1": ("withdrawn", "'true' or 'false'"),
    "/drinks?abv_min=-1": ("abv_min", "greater than or equal to 0"),
    "/drinks?abv_max=100.5": ("abv_max", "less than or equal to 100"),
    "/drinks?abv_min=nan": ("abv_min", "finite"),
    "/drinks?abv_max=inf": ("abv_max", "finite"),
    "/drinks?q=a%00b": ("q", "pattern"),
    "/drinks?q=a%0ab": ("q", "pattern"),
    f"/drinks?q={'x' * 201}": ("q", "200"),
    f"/drinks?tag={'x' * 101}": ("tag", "100"),
    f"/drinks?tag={','.join('x' * 51)}": ("tag", "50"),
    "/drinks?tag=": ("tag", "at least 1"),
    "/drinks?tag=a&tag=%1b": ("tag", "pattern"),
    f"/drinks/{'x' * 201}": ("id", "200"),
    "/drinks/a%00b": ("id", "pattern"),
    "/ingredients/a%7f": ("name", "pattern"),
    "/drinks?cursor=abc": ("cursor", "Invalid cursor"),
    "/drinks?cursor=%20": ("cursor", "pattern"),
    f"/drinks?cursor={'A' * 2001}": ("cursor", "2000"),
    "/ingredients?cursor=abc": ("cursor", "Invalid cursor"),
    "/makeable?have=gin&cursor=abc": ("cursor", "Invalid cursor"),
    "/makeable?have=gin&missing=3": ("missing", "less than or equal to 2"),
    "/makeable": ("have", "required"),
}


@pytest.mark.parametrize("path", REFUSED, ids=lambda path: path[:40])
def test_an_invalid_parameter_is_refused_with_the_allowed_values(world, path):
    parameter, allowed = REFUSED[path]
    error = error_of(world.get(path), 422)
    assert error.code == "invalid_parameter"
    assert parameter in error.message
    assert error.details[0].parameter == parameter
    assert allowed in error.details[0].message


@pytest.mark.parametrize("query", ["abv_min=-1", "mocktail=yes", "sort=size", "cursor=%20"])
def test_no_message_suggests_a_null(world, query):
    (problem,) = error_of(world.get(f"/drinks?{query}"), 422).details
    assert "None" not in problem.message


def test_every_invalid_parameter_is_named(world):
    error = error_of(world.get("/drinks?limit=0&sort=x&abv_min=a"), 422)
    assert {problem.parameter for problem in error.details} == {"limit", "sort", "abv_min"}


def test_an_answer_lists_at_most_twenty_unknown_parameters(world):
    query = "&".join(f"x{number:03}=" for number in range(1_000))
    error = error_of(world.get(f"/health?{query}"), 422)
    assert [problem.parameter for problem in error.details] == [f"x{n:03}" for n in range(20)]


def test_the_cursor_of_another_query_is_refused(world):
    cursor = world.get("/drinks?limit=1").json()["next"]
    error = error_of(world.get(f"/drinks?limit=1&sort=-abv&cursor={cursor}"), 422)
    assert [problem.parameter for problem in error.details] == ["cursor"]


@pytest.mark.parametrize("path", ["/nothing", "/drinks//x/../y", "/docs/../secret", "/docs/x.js"])
def test_an_unknown_path_is_not_found(world, path):
    response = world.get(path)
    assert error_of(response, 404).code in ("not_found", "no_such_drink")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE"])
def test_another_method_is_refused(world, method):
    response = world.client.request(method, "/drinks")
    assert error_of(response, 405).code == "method_not_allowed"
    assert response.headers["allow"] == "GET"


def test_before_the_first_publish_the_error_says_what_to_do(new_world, catalogue_path):
    world = new_world(None)
    for path in ("/drinks", "/health", "/stats", "/drinks/random"):
        response = world.get(path)
        error = error_of(response, 503)
        assert error.code == "nothing_published"
        assert "mocktailverse fetch" in error.message
        assert response.headers["retry-after"]
    world.source.publish(catalogue_path)
    assert world.get("/health").json()["status"] == "ok"


def test_health_says_why_the_first_catalogue_cannot_be_downloaded(new_world, catalogue_path):
    world = new_world(catalogue_path)
    world.source.error = TransientError("S3 is on strike.")
    error = error_of(world.get("/health"), 503)
    assert (error.code, "S3 is on strike." in error.message) == ("catalogue_unavailable", True)


def test_a_file_that_is_not_a_catalogue_is_not_served(new_world, tmp_path):
    path = tmp_path / "x.sqlite"
    path.write_bytes(b"not a catalogue")
    assert error_of(new_world(path).get("/drinks"), 503).code == "catalogue_unavailable"


def test_an_internal_error_exposes_no_details(world, monkeypatch):
    monkeypatch.setattr("mocktailverse.catalogue.reader.Catalogue.statistics", lambda _: 1 // 0)
    response = world.get("/stats")
    error = error_of(response, 500)
    assert error.code == "internal"
    assert "zero" not in response.text
    assert response.headers["access-control-allow-origin"] == "*"


def test_a_store_that_fails_gives_another_error_than_a_bug(world, caplog, ops_key):
    for failure in (TransientError("secret name"), PermanentError("secret name")):
        world.load_store.error = failure
        response = world.get("/loads", key=ops_key)
        assert error_of(response, 503).code == "unavailable"
        assert "secret" not in response.text
    assert all(record.levelno == logging.ERROR for record in caplog.records if "api" in record.name)
    assert "secret name" in caplog.text
