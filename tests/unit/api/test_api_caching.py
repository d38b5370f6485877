"""ETags, ages, origins and the headers of every response."""

import shutil
from pathlib import Path

import pytest
from starlette.concurrency import run_in_threadpool

from mocktailverse.api import routing
from mocktailverse.catalogue.synced_copy import CatalogueCopy
from mocktailverse.catalogue.writer import CatalogueWriter
from mocktailverse.errors import TransientError

CACHEABLE = [
    "/drinks",
    "/facets",
    "/ingredients",
    "/ingredients/gin",
    "/makeable?have=gin",
    "/stats",
]


@pytest.mark.parametrize("path", CACHEABLE)
def test_a_client_with_the_current_etag_gets_304(world, path):
    first = world.get(path)
    tag = first.headers["etag"]
    assert tag.startswith('W/"')
    assert first.headers["cache-control"] == "public, max-age=10"
    for current in (tag, tag.removeprefix("W/"), f'"other", {tag}', "*"):
        again = world.get(path, if_none_match=current)
        assert (again.status_code, again.content) == (304, b"")
        for name in ("etag", "cache-control", "vary"):
            assert again.headers[name] == first.headers[name]
    for unknown in ('"other"', "W/", tag[:-2], ""):
        assert world.get(path, if_none_match=unknown).status_code == 200


def test_a_304_response_does_not_read_the_catalogue(world, monkeypatch):
    tag = world.get("/stats").headers["etag"]
    monkeypatch.delattr("mocktailverse.catalogue.reader.Catalogue.statistics")
    assert world.get("/stats", if_none_match=tag).status_code == 304
    assert world.get("/stats").status_code == 500


def test_if_none_match_does_not_hide_an_invalid_parameter(world):
    assert world.get("/drinks?limit=0", if_none_match="*").status_code == 422


def test_if_none_match_does_not_hide_a_missing_resource(world):
    for path in ("/drinks/thecocktaildb:0", "/ingredients/nothing"):
        assert world.get(path, if_none_match="*").status_code == 404
    assert world.get("/drinks?cursor=abc", if_none_match="*").status_code == 422


def test_a_new_catalogue_is_seen_after_its_age(world, catalogue, tmp_path):
    tag = world.get("/drinks").headers["etag"]
    path = tmp_path / "new.sqlite"
    with CatalogueWriter.create(path) as writer:
        writer.put([next(catalogue.all_drinks())])
        writer.seal(version="2-00000000", built_at=2, table="drinks")
    world.source.publish(path)
    assert world.get("/drinks", if_none_match=tag).status_code == 304
    world.clock.at += 11
    response = world.get("/drinks", if_none_match=tag)
    assert (response.status_code, len(response.json()["items"])) == (200, 1)
    assert response.headers["etag"] != tag


def test_a_published_file_of_the_previous_format_is_served(new_world, catalogue_path, as_format_1):
    before = new_world(catalogue_path).get("/stats")
    path = as_format_1(Path(shutil.copy(catalogue_path, catalogue_path.with_name("format-1"))))
    world = new_world(path)
    assert world.get("/health").json()["status"] == "ok"
    response = world.get("/stats", if_none_match=before.headers["etag"])
    assert (response.status_code, response.json()["drinks"]) == (200, before.json()["drinks"])
    assert world.get("/drinks?q=gin&sort=-abv").json()["items"]
    assert world.get("/export.csv").status_code == 200


def test_while_the_source_fails_the_api_serves_the_old_copy_and_health_reports_it(world):
    healthy = world.get("/health").json()
    assert (healthy["status"], healthy["problem"], healthy["stage"]) == ("ok", None, "local")
    assert (healthy["drinks"], healthy["age_s"] > 0) == (179, True)
    world.source.error = TransientError("S3 is on strike.")
    world.clock.at += 11
    assert world.get("/drinks").status_code == 200
    response = world.get("/health")
    assert response.status_code == 200
    assert (response.json()["status"], response.json()["problem"]) == ("stale", "S3 is on strike.")
    assert response.json()["version"] == healthy["version"]


@pytest.mark.parametrize("path", [*CACHEABLE, "/health", "/drinks/random", "/openapi.json"])
def test_pages_of_any_origin_may_read_public_resources(world, path):
    assert world.get(path).headers["access-control-allow-origin"] == "*"
    preflight = world.client.options(path, headers={"access-control-request-method": "GET"})
    assert (preflight.status_code, preflight.content) == (204, b"")
    assert preflight.headers["access-control-allow-origin"] == "*"
    assert "GET" in preflight.headers["access-control-allow-methods"]
    assert "If-None-Match" in preflight.headers["access-control-allow-headers"]


@pytest.mark.parametrize("path", ["/loads", "/rejected", "/docs"])
def test_pages_of_other_origins_may_not_read_private_resources(world, path, ops_key):
    response = world.get(path, key=ops_key, origin="https://elsewhere.invalid")
    assert response.status_code == 200
    assert not [name for name in response.headers if name.startswith("access-control")]
    preflight = world.client.options(path, headers={"access-control-request-method": "GET"})
    assert preflight.status_code == 405


@pytest.mark.parametrize("path", [*CACHEABLE, "/health", "/docs", "/nothing", "/drinks?limit=0"])
def test_head_is_get_without_the_body(world, path):
    response, head = world.get(path), world.client.head(path)
    assert (head.status_code, head.content) == (response.status_code, b"")
    assert head.headers == response.headers


@pytest.mark.parametrize("path", ["/drinks", "/docs", "/nothing", "/loads", "/drinks?x=1"])
def test_every_response_has_the_security_headers(world, path):
    headers = world.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "cache-control" in headers


def test_quick_requests_need_no_other_thread_while_the_catalogue_is_fresh(world, monkeypatch):
    in_thread = []

    async def recorded(function, request, *rest):
        in_thread.append(str(request.url.path))
        return await run_in_threadpool(function, request, *rest)

    monkeypatch.setattr(routing, "run_in_threadpool", recorded)
    first = world.get("/drinks?limit=2")
    assert in_thread.pop() == "/drinks"  # it fetched the catalogue and built its index
    drink_id = first.json()["items"][0]["id"]

    for path in ("/drinks?limit=2", f"/drinks/{drink_id}", "/drinks/nobody:1"):
        world.get(path)
        assert in_thread == [], path
    slow = ("/drinks?q=gin", "/drinks?sort=-abv", "/drinks?nonsense=1", "/facets")
    for path in (*slow, f"/drinks/{drink_id}/mocktail"):
        world.get(path)
        assert in_thread.pop() == path.partition("?")[0]

    world.clock.at += 60
    world.get(f"/drinks/{drink_id}")
    assert in_thread == [f"/drinks/{drink_id}"]


def test_a_quick_request_does_not_wait_for_a_catalogue_that_has_just_expired(world, monkeypatch):
    world.get("/drinks")
    fresh = CatalogueCopy.is_fresh
    world.source.error = AssertionError("The catalogue is fetched in the event loop.")

    def then_expires(copy):
        was_fresh = fresh.fget(copy)
        world.clock.at += 60
        return was_fresh

    monkeypatch.setattr(CatalogueCopy, "is_fresh", property(then_expires))
    assert world.get("/drinks").status_code == 200
