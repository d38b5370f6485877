"""ETags, ages, origins and the headers that every answer carries."""

import pytest

from mocktailverse.catalogue.writer import CatalogueWriter
from mocktailverse.errors import TransientError

KEPT = [
    "/drinks",
    "/facets",
    "/ingredients",
    "/ingredients/gin",
    "/makeable?have=gin",
    "/stats",
]


@pytest.mark.parametrize("path", KEPT)
def test_who_has_the_answer_already_is_told_so(world, path):
    first = world.get(path)
    tag = first.headers["etag"]
    assert tag.startswith('W/"')
    assert first.headers["cache-control"] == "public, max-age=10"
    for known in (tag, tag.removeprefix("W/"), f'"other", {tag}', "*"):
        again = world.get(path, if_none_match=known)
        assert (again.status_code, again.content) == (304, b"")
        for name in ("etag", "cache-control", "vary"):
            assert again.headers[name] == first.headers[name]
    for unknown in ('"other"', "W/", tag[:-2], ""):
        assert world.get(path, if_none_match=unknown).status_code == 200


def test_for_an_answer_that_is_kept_nothing_is_read(world, monkeypatch):
    tag = world.get("/stats").headers["etag"]
    monkeypatch.delattr("mocktailverse.catalogue.reader.Catalogue.statistics")
    assert world.get("/stats", if_none_match=tag).status_code == 304
    assert world.get("/stats").status_code == 500


def test_a_wrong_question_is_wrong_also_for_who_has_the_answer(world):
    assert world.get("/drinks?limit=0", if_none_match="*").status_code == 422


def test_what_is_not_there_is_missing_also_for_who_has_anything(world):
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
    answer = world.get("/drinks", if_none_match=tag)
    assert (answer.status_code, len(answer.json()["items"])) == (200, 1)
    assert answer.headers["etag"] != tag


def test_while_the_source_fails_the_old_copy_is_served_and_health_says_so(world):
    healthy = world.get("/health").json()
    assert (healthy["status"], healthy["problem"], healthy["stage"]) == ("ok", None, "local")
    assert (healthy["drinks"], healthy["age_s"] > 0) == (179, True)
    world.source.error = TransientError("S3 is on strike.")
    world.clock.at += 11
    assert world.get("/drinks").status_code == 200
    answer = world.get("/health")
    assert answer.status_code == 200
    assert (answer.json()["status"], answer.json()["problem"]) == ("stale", "S3 is on strike.")
    assert answer.json()["version"] == healthy["version"]


@pytest.mark.parametrize("path", [*KEPT, "/health", "/drinks/random", "/openapi.json"])
def test_pages_of_any_origin_may_read_what_is_public(world, path):
    assert world.get(path).headers["access-control-allow-origin"] == "*"
    asked = world.client.options(path, headers={"access-control-request-method": "GET"})
    assert (asked.status_code, asked.content) == (204, b"")
    assert asked.headers["access-control-allow-origin"] == "*"
    assert "GET" in asked.headers["access-control-allow-methods"]
    assert "If-None-Match" in asked.headers["access-control-allow-headers"]


@pytest.mark.parametrize("path", ["/loads", "/rejected", "/docs"])
def test_pages_of_other_origins_may_not_read_what_is_not_public(world, path, ops_key):
    answer = world.get(path, key=ops_key, origin="https://elsewhere.invalid")
    assert answer.status_code == 200
    assert not [name for name in answer.headers if name.startswith("access-control")]
    asked = world.client.options(path, headers={"access-control-request-method": "GET"})
    assert asked.status_code == 405


@pytest.mark.parametrize("path", [*KEPT, "/health", "/docs", "/nothing", "/drinks?limit=0"])
def test_head_is_get_without_the_body(world, path):
    answer, head = world.get(path), world.client.head(path)
    assert (head.status_code, head.content) == (answer.status_code, b"")
    assert head.headers == answer.headers


@pytest.mark.parametrize("path", ["/drinks", "/docs", "/nothing", "/loads", "/drinks?x=1"])
def test_every_answer_is_safe_to_show(world, path):
    headers = world.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "cache-control" in headers
