"""The dashboard against the embedded AWS, with its settings and its user's policy."""

import time
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

import mocktailverse.dashboard.views
from mocktailverse.catalogue.changes.publication import PublishedCatalogue
from mocktailverse.checkout import find_checkout
from mocktailverse.errors import PermanentError
from mocktailverse.loads.load_keys import day_of
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.local import service_users
from mocktailverse.settings import DashboardSettings
from mocktailverse.stores.catalogue_objects import CatalogueObjects
from mocktailverse.stores.clients import Clients
from mocktailverse.stores.data_bucket import DataBucket
from mocktailverse.stores.drinks_table import DrinksTable
from mocktailverse.stores.loads_table import LoadsTable
from mocktailverse.stores.queue import Queue

PAGES = Path(mocktailverse.dashboard.views.__path__[0])
TIMEOUT_S = 240
RECORDS = b"""\
{"idDrink": "940001", "strDrink": "Dashboard sour", "strInstructions": "Shake.",\
 "strIngredient1": "Gin", "strMeasure1": "2 oz"}
{"idDrink": null, "strDrink": "No id", "strInstructions": "Shake.", "strIngredient1": "Gin"}
"""


@pytest.fixture
def environment(local_stack, monkeypatch):
    """Return a function that sets the environment of this stack's dashboard.

    `read_only` is set as in the cloud, unless a keyword argument says otherwise.
    """

    def enter(**settings):
        dashboard = DashboardSettings.of_outputs(local_stack.outputs, stage="local", **settings)
        variables = dashboard.variables() | {
            "AWS_ENDPOINT_URL": local_stack.endpoint,
            "AWS_DEFAULT_REGION": local_stack.region,
            "AWS_ACCESS_KEY_ID": local_stack.access_key_id,
            "AWS_SECRET_ACCESS_KEY": local_stack.secret_access_key,
        }
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    st.cache_resource.clear()
    yield enter
    st.cache_resource.clear()


@pytest.fixture
def raw(local_stack, clients):
    """A raw object with a valid and an invalid record, loaded."""
    version = DataBucket(clients, local_stack.outputs["DataBucket"]).put(
        f"raw/thecocktaildb/dashboard/{time.time_ns()}.ndjson",
        RECORDS,
        metadata={},
        content_type="application/x-ndjson",
    )
    settled(local_stack, clients, version, 1)
    return version


def settled(local_stack, clients, version: ObjectVersion, generation: int):
    """Wait until a load is done; return it."""
    loads = LoadsTable(clients, local_stack.outputs["LoadsTable"])
    deadline = time.monotonic() + TIMEOUT_S
    while time.monotonic() < deadline:
        load = loads.latest(version)
        if load and load.generation == generation and load.status == "done":
            return load
        time.sleep(0.05)
    raise AssertionError(f"{version.key} was not loaded within {TIMEOUT_S} s.")


def page(name):
    return AppTest.from_file(str(PAGES / f"{name}_page.py"), default_timeout=240)


def test_the_page_shows_and_replays_a_load(environment, local_stack, clients, raw):
    environment(read_only=False, refresh_s=0.01)
    shown = page("pipeline").run()
    assert not shown.exception
    name = raw.key.rpartition("/")[2]
    row = shown.dataframe[0].value.set_index("object").loc[name]
    assert (row["status"], row["read"], row["rejected"]) == ("done", 2, 1)
    load_id = ObjectVersion.load_id(raw, 1)
    shown.selectbox(key="alerts-load").select(load_id).run()
    assert any("No id" in block.value for block in shown.code)
    shown.button(key="replay-one").click().run()
    assert "Replaying 1 raw object" in shown.toast[0].value
    replayed = settled(local_stack, clients, raw, 2)
    assert replayed.counts.rejected == 1
    assert not page("pipeline").run().exception


def test_a_done_load_has_the_time_at_which_its_object_was_stored(local_stack, clients, raw):
    load = settled(local_stack, clients, raw, 1)
    assert load.stored_at == pytest.approx(load.started_at, abs=60_000)


def test_the_cost_page_counts_the_loads_of_the_month(environment, raw):
    assert raw
    environment(refresh_s=0.01)
    shown = page("cost").run()
    assert not shown.exception
    assert any("of raw objects" in caption.value for caption in shown.caption)


def test_an_unreachable_aws_is_reported(environment, monkeypatch):
    environment()
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    shown = page("pipeline").run()
    assert not shown.exception
    assert "AWS has been unreachable since" in shown.warning[0].value


def test_the_dashboard_s_policy_allows_only_reading(local_stack, clients, raw):
    outputs = local_stack.outputs
    user = "dashboard-of-a-test"
    clients.iam.create_user(UserName=user)
    template = find_checkout().dashboard_access
    policy = service_users.dashboard_policy(local_stack, template, "local")
    clients.iam.put_user_policy(UserName=user, PolicyName="looking", PolicyDocument=policy)
    key = clients.iam.create_access_key(UserName=user)["AccessKey"]
    reader = Clients(
        endpoint_url=local_stack.endpoint,
        region=local_stack.region,
        access_key_id=key["AccessKeyId"],
        secret_access_key=key["SecretAccessKey"],
    )
    loads = LoadsTable(reader, outputs["LoadsTable"])
    bucket = DataBucket(reader, outputs["DataBucket"])
    drinks = DrinksTable(reader, outputs["DrinksTable"])
    queue = Queue(reader, outputs["QueueUrl"], outputs["DeadLetterQueueUrl"])

    today, _ = loads.page(day_of(loads.latest(raw).started_at), 100)
    (load,) = (load for load in today if load.object == raw)
    (segment,) = loads.segments(raw, load.generation)
    assert [line.code for line in bucket.rejected(segment.rejected_key)] == ["id_missing"]
    assert bucket.rejected("rejected/expired.ndjson") == []
    assert drinks.get("thecocktaildb:940001").drink.name == "Dashboard sour"
    assert queue.waiting() >= 0
    assert queue.dead() >= 0
    PublishedCatalogue(CatalogueObjects(reader, outputs["CatalogueBucket"])).etag()

    with pytest.raises(PermanentError):
        bucket.put("raw/thecocktaildb/x.json", b"{}", metadata={}, content_type="x")
    with pytest.raises(PermanentError):
        bucket.open(raw)
    with pytest.raises(PermanentError):
        loads.open_generation(raw, now=0)
    with pytest.raises(PermanentError):
        list(drinks.all())
    with pytest.raises(PermanentError):
        next(queue.dead_letters())
