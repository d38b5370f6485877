"""Releases on the embedded AWS: they prove themselves before they serve, and roll back.

Each drill deploys a zip in which exactly one function raises. The functions are the real ones.
"""

import http.client
import json
import re
import sqlite3
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import product
from pathlib import Path

import msgspec
import pytest

from mocktailverse.catalogue.file_names import file_name
from mocktailverse.catalogue.schema import FORMAT
from mocktailverse.checkout import find_checkout
from mocktailverse.cli import deploy_target
from mocktailverse.cli.load_waiting import wait_for_loads
from mocktailverse.deployment import canary, live_check
from mocktailverse.deployment.artifacts import Artifact, key_of
from mocktailverse.deployment.canary import DRINK_ID
from mocktailverse.deployment.catalogue_switch import CatalogueSwitch
from mocktailverse.deployment.live_check import LiveCheck
from mocktailverse.errors import TransientError
from mocktailverse.local.state import LocalStack
from mocktailverse.stores import cloudformation_stack as stack
from mocktailverse.stores.clients import Clients
from mocktailverse.stores.environment import Stores
from mocktailverse.waiting import wait_until
from worlds.commands import run
from worlds.deployments import BROKEN, broken_zip, zip_with

NEXT = FORMAT + 1
FUNCTIONS = ("api", "fetch", "publish", "reconcile", "transform")
IDLE = {
    "api": {"statusCode": 200, "body": ""},
    "fetch": {},
    "publish": {"changed": 0, "removed": 0, "version": "1-a", "drinks": 1},
    "reconcile": None,
    "transform": {"batchItemFailures": []},
}
"""What each function answers that does nothing."""

RECORD = {
    "idDrink": "11007",
    "strDrink": "Daisy",
    "strInstructions": "Stir.",
    "strIngredient1": "Gin",
    "strMeasure1": "2 cl",
}

IN_AWS_PROOF = {("api", "import"), ("publish", "call")}
"""The drills that `make aws-proof` repeats; docs/decisions/0039 says why not all."""

pytestmark = [pytest.mark.timeout(900), pytest.mark.xdist_group("releases")]


@pytest.fixture(scope="module")
def second(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another zip that works."""
    return zip_with(built, tmp_path_factory.mktemp("zip") / "second.zip", {"note.txt": "second"})


@pytest.fixture(scope="module")
def dev(aws: LocalStack, built: Path) -> Stores:
    """The environment dev, which serves one drink."""
    assert run("deploy", "--env", "dev", "--zip", built, "--json") == 0
    clients = aws.clients()
    stores = Stores(clients, stack.outputs(clients, "mocktailverse-dev"))
    assert load(stores, "first") == "done"
    assert is_served(aws, stores, RECORD["idDrink"])
    return stores


def load(stores: Stores, part: str, number: str = RECORD["idDrink"]) -> str:
    """Store a raw object with one record; return the state of its load at the end."""
    record = RECORD | {"idDrink": number, "strInstructions": part}
    body = json.dumps({"drinks": [record]}).encode()
    key = f"raw/thecocktaildb/tests/{part}.json"
    version = stores.bucket.put(key, body, metadata={}, content_type="application/json")
    (done,) = wait_for_loads(stores, [version], timeout_s=90)
    return done.status


def get(aws: LocalStack, stores: Stores, path: str) -> tuple[int, str]:
    url = f"{aws.endpoint}/_aws/execute-api/{stores.outputs['ApiId']}/$default{path}"
    try:
        with urllib.request.urlopen(url, timeout=60) as response:  # noqa: S310  our own address
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()
    except (OSError, http.client.HTTPException) as error:
        return 0, repr(error)


def is_served(aws: LocalStack, stores: Stores, number: str) -> bool:
    """Return whether the API returns a drink whose load is done, once it is published."""
    path = f"/drinks/thecocktaildb:{number}"
    return wait_until(lambda: get(aws, stores, path)[0] == 200, 60, 0.2)


@contextmanager
def requests_all_the_time(
    aws: LocalStack, stores: Stores, path: str
) -> Iterator[list[tuple[int, str]]]:
    """Request a path again and again within the block; the list holds the answers."""
    answers: list[tuple[int, str]] = []
    ended = threading.Event()

    def request() -> None:
        while not ended.is_set():
            answers.append(get(aws, stores, path))
            ended.wait(0.2)

    thread = threading.Thread(target=request)
    thread.start()
    try:
        yield answers
    finally:
        ended.set()
        thread.join()


def remains_of_the_canary(aws: LocalStack, stores: Stores) -> list[str]:
    """Return where the canary still is."""
    places = []
    if stores.drinks.get(DRINK_ID):
        places.append("table")
    if any("/canary/" in one.object.key for one in stores.loads.all()):
        places.append("loads")
    if any("/canary/" in one.version.key for one in stores.bucket.versions()):
        places.append("raw")
    if get(aws, stores, f"/drinks/{DRINK_ID}")[0] != 404:
        places.append("catalogue")
    return places


def code_of(clients: Clients, env: str) -> set[str]:
    """Return the hashes of the code that serves."""
    names = stack.resources(clients, f"mocktailverse-{env}", "AWS::Lambda::Function").values()
    return {
        clients.lambda_.get_function_configuration(FunctionName=f"{name}:live")["CodeSha256"]
        for name in names
    }


@pytest.fixture(
    params=[
        pytest.param(
            drill, id="-".join(drill), marks=[pytest.mark.aws_gate] * (drill in IN_AWS_PROOF)
        )
        for drill in product(FUNCTIONS, BROKEN)
    ]
)
def broken(request: pytest.FixtureRequest, built: Path, tmp_path: Path) -> tuple[str, str, Path]:
    """A function's name, when it raises, and the zip in which it does."""
    function, how = request.param
    return function, how, broken_zip(built, tmp_path / "broken.zip", function, how)


def test_a_release_in_which_one_function_raises_fails_while_the_code_before_serves(
    aws, dev, command, broken, record_property
):
    function, how, archive = broken
    before = code_of(dev.clients, "dev")
    with requests_all_the_time(aws, dev, "/drinks?limit=1") as answers:
        result = command("deploy", "--env", "dev", "--zip", archive, "--yes", "--json")
    assert result.code == 1, result.err
    assert "Not planned: the zip has other code than this checkout." in result.err
    assert {status for status, _ in answers} == {200}
    assert f"\n  {function}: " in result.err
    assert "1 of 5 functions failed" in result.err
    assert "broken on purpose" in result.err
    assert "The release before serves" in result.err
    assert code_of(dev.clients, "dev") == before
    assert get(aws, dev, "/health")[0] == 200
    assert load(dev, f"after-{function}-{how}") == "done"
    status = command("status", "--env", "dev", "--json").json
    assert (status["state"], status["dead_letters"]) == ("UPDATE_COMPLETE", 0)
    assert not any(one["apart"] for one in status["functions"])
    assert command("verify", "--env", "dev").code == 0
    assert wait_until(lambda: not remains_of_the_canary(aws, dev), 60, 0.2)
    newest = command("releases", "--env", "dev", "--json").json["items"][0]
    assert (newest["result"], newest["running"], newest["plan"]) == ("failed", False, None)
    assert function in newest["problem"]
    record_property("proved", f"a broken release ({function}, {how}) fails, the one before serves")


@pytest.fixture(params=[("transform",), ("api", "fetch", "publish", "reconcile")], ids="-".join)
def idle(request: pytest.FixtureRequest, built: Path, tmp_path: Path) -> tuple[list[str], Path]:
    """Functions that do nothing without an error, and the zip that has them."""
    codes = {
        f"mocktailverse/functions/{name}.py": (
            f"def handler(event, context):\n    return {IDLE[name]!r}\n"
        )
        for name in request.param
    }
    archive = zip_with(built, tmp_path / "idle.zip", codes)
    return sorted(request.param), archive


def test_a_release_whose_functions_do_nothing_fails_although_the_code_before_does_their_work(
    aws, dev, command, idle
):
    names, archive = idle
    before = code_of(dev.clients, "dev")
    with requests_all_the_time(aws, dev, "/drinks?limit=1") as answers:
        result = command("deploy", "--env", "dev", "--zip", archive, "--yes", "--no-plan")
    assert result.code == 1, result.err
    assert sorted(re.findall(r"^  (\w+): ", result.err, re.MULTILINE)) == names, result.err
    assert {status for status, _ in answers} == {200}
    assert code_of(dev.clients, "dev") == before


WRONG_ITEMS = """

_right = to_item


def to_item(register):
    item = _right(register)
    item.{change}
    return item
"""
"""The end of a module that writes other items."""


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ('pop("instructions", None)', "the canary's item in the drinks table cannot be read"),
        ('update(name={"S": "Wrong"})', "the drinks table does not have it as received"),
    ],
)
def test_a_release_that_writes_wrong_items_does_not_serve_and_the_next_one_does(
    dev, command, built, tmp_path, change, reason
):
    items = "mocktailverse/stores/items.py"
    code = (find_checkout().source.parent / items).read_text() + WRONG_ITEMS.replace(
        "{change}", change
    )
    archive = zip_with(built, tmp_path / "wrong.zip", {items: code})
    before = code_of(dev.clients, "dev")
    result = command("deploy", "--env", "dev", "--zip", archive, "--yes", "--no-plan")
    assert result.code == 1, result.err
    assert reason in result.err
    assert "The release before serves" in result.err
    assert code_of(dev.clients, "dev") == before
    assert command("deploy", "--env", "dev", "--zip", built, "--yes", "--no-plan").code == 0


@pytest.mark.usefixtures("dev")
def test_an_unexpected_error_takes_back_what_serves(aws, command, second, monkeypatch):
    clients, right = aws.clients(), LiveCheck.run
    before = code_of(clients, "dev")
    errors = [ZeroDivisionError("unexpected")]

    def run_once_wrongly(*arguments, **options):
        if errors:
            raise errors.pop()
        return right(*arguments, **options)

    monkeypatch.setattr(LiveCheck, "run", run_once_wrongly)
    result = command("deploy", "--env", "dev", "--zip", second, "--yes", "--no-plan")
    assert result.code == 1
    assert "ZeroDivisionError('unexpected')" in result.err
    assert "The release before serves, and the stack has returned to it." in result.err
    assert code_of(clients, "dev") == before


@pytest.mark.usefixtures("dev")
def test_a_release_that_fails_after_another_deployment_changes_nothing_of_that(
    aws, command, built, tmp_path, monkeypatch
):
    """The other one begins and ends while this one is checked."""
    names = ("overtaken", "other")
    overtaken, other = (zip_with(built, tmp_path / name, {"note.txt": name}) for name in names)
    right = LiveCheck.run

    def fail_after_the_other(*_arguments, **_options):
        monkeypatch.setattr(LiveCheck, "run", right)
        assert run("deploy", "--env", "dev", "--zip", other, "--yes", "--no-plan") == 0
        raise TransientError("broken on purpose")

    monkeypatch.setattr(LiveCheck, "run", fail_after_the_other)
    result = command("deploy", "--env", "dev", "--zip", overtaken, "--yes", "--no-plan")
    assert result.code == 1
    assert "broken on purpose\nAnother deployment has changed `mocktailverse-dev`" in result.err
    assert code_of(aws.clients(), "dev") == {Artifact("", key_of(other)).code_sha256}
    kept = command("releases", "--env", "dev", "--json").json["items"][:2]
    assert [(one["result"], one["running"]) for one in kept] == [
        ("deployed", True),
        ("failed", False),
    ]


@pytest.mark.usefixtures("dev")
def test_an_interrupted_release_that_serves_is_kept_once_it_is_proven(command, built, tmp_path):
    archive = zip_with(built, tmp_path / "third.zip", {"note.txt": "third"})
    deploy = ("deploy", "--env", "dev", "--zip", archive, "--yes", "--no-plan")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(LiveCheck, "run", interrupted)
        assert command(*deploy).code == 130
    newest = command("releases", "--env", "dev", "--json").json["items"][0]
    assert (newest["result"], newest["running"]) == ("unfinished", True)
    assert command(*deploy).code == 0
    newest = command("releases", "--env", "dev", "--json").json["items"][0]
    assert (newest["result"], newest["running"]) == ("deployed", True)


def interrupted(*_arguments: object, **_options: object) -> None:
    """Do as Ctrl-C does."""
    raise KeyboardInterrupt


def test_a_release_that_works_serves_without_a_gap_and_leaves_no_canary(aws, dev, command, second):
    with requests_all_the_time(aws, dev, "/drinks") as answers:
        result = command("deploy", "--env", "dev", "--zip", second, "--yes", "--json")
    assert result.code == 0, result.err
    assert {status for status, _ in answers} == {200}
    assert wait_until(lambda: not remains_of_the_canary(aws, dev), 60, 0.2)
    (running,) = [
        one for one in command("releases", "--env", "dev", "--json").json["items"] if one["running"]
    ]
    assert running["result"] == "deployed"
    assert running["artifact"] == result.json["artifact"]
    assert running["plan"] == result.json["plan"]
    assert running["plan"]["objects"] > 0


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The check of what serves gives up after 10 s, without waiting for lost loads."""
    monkeypatch.setattr(live_check, "_EMULATOR_TIMEOUT_S", 10.0)
    monkeypatch.setattr(canary, "_SETTLING_S", 2.0)


@pytest.mark.usefixtures("impatient")
def test_a_release_that_fails_only_when_it_serves_is_taken_back(aws, dev, command, template, built):
    """Its functions work, but the bucket no longer reports new raw objects."""
    command("deploy", "--env", "dev", "--zip", built, "--yes")
    before = code_of(dev.clients, "dev")
    template("Rules: [{Name: prefix, Value: raw/}]", "Rules: [{Name: prefix, Value: other/}]")
    result = command("deploy", "--env", "dev", "--zip", built, "--yes")
    assert result.code == 1, result.err
    assert "transform: the canary was not loaded within 10 s" in result.err
    assert "The release before serves, and the stack has returned to it" in result.err
    assert code_of(dev.clients, "dev") == before
    assert load(dev, "after-a-return") == "done"
    assert get(aws, dev, "/health")[0] == 200


@pytest.fixture
def first_serves(dev, command, built) -> None:  # noqa: ARG001  it is deployed
    assert command("deploy", "--env", "dev", "--zip", built, "--yes", "--no-plan").code == 0


@pytest.fixture(scope="module")
def other_format(dev: Stores, built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A zip with another catalogue format, whose file is published.

    Its publish function waits while there is a file `closed` beside the zip.
    """
    folder = tmp_path_factory.mktemp("format")
    dev.catalogue.download(folder / "file")
    with closing(sqlite3.connect(folder / "file")) as file, file:
        file.execute(f"PRAGMA user_version = {NEXT}")
        file.execute("UPDATE meta SET value = ? WHERE key = 'format'", (NEXT,))
    dev.catalogue_files.file(file_name(NEXT)).upload(folder / "file", replacing=None)
    source = find_checkout().source
    schema = (source / "catalogue" / "schema.py").read_text()
    assert schema.count(f"\nFORMAT = {FORMAT}\n") == 1
    schema = schema.replace(f"\nFORMAT = {FORMAT}\n", f"\nFORMAT = {NEXT}\n")
    publish = (source / "functions" / "publish.py").read_text()
    publish += f"""
import time
publish = handler
def handler(event, context):
    while Path({str(folder / "closed")!r}).exists():
        time.sleep(0.05)
    return publish(event, context)
"""
    names = {"catalogue/schema.py": schema, "functions/publish.py": publish}
    return zip_with(built, folder / "zip", {f"mocktailverse/{n}": names[n] for n in names})


def is_shown(aws: LocalStack, stores: Stores, part: str, number: str = RECORD["idDrink"]) -> bool:
    """Return whether the API has a drink as this raw object describes it."""
    return part in get(aws, stores, f"/drinks/thecocktaildb:{number}")[1]


def change(aws: LocalStack, stores: Stores, part: str) -> None:
    """Load a drink, and wait until the API has it."""
    assert load(stores, part) == "done"
    assert wait_until(lambda: is_shown(aws, stores, part), 60, 0.1)


@pytest.mark.usefixtures("first_serves")
def test_a_return_to_another_catalogue_format_brings_the_changes_meanwhile(
    aws, dev, command, other_format, monkeypatch
):
    """The release fails after it has served and published."""
    run_check = LiveCheck.run

    def fail_once(*_arguments, **_options):
        monkeypatch.setattr(LiveCheck, "run", run_check)
        change(aws, dev, "changed-meanwhile")
        raise TransientError("broken on purpose")

    monkeypatch.setattr(LiveCheck, "run", fail_once)
    result = command("deploy", "--env", "dev", "--zip", other_format, "--yes", "--no-plan")
    assert result.code == 1, result.err
    assert "broken on purpose\nThe release before serves, and the stack has returned to it.\n" in (
        result.err
    )
    assert wait_until(lambda: is_shown(aws, dev, "changed-meanwhile"), 10, 0.1)
    assert command("verify", "--env", "dev").code == 0


@pytest.mark.usefixtures("first_serves")
def test_a_rollback_to_another_catalogue_format_brings_what_an_old_invocation_publishes_late(
    aws, dev, command, other_format, monkeypatch
):
    assert command("deploy", "--env", "dev", "--zip", other_format, "--yes", "--no-plan").code == 0
    change(aws, dev, "before-the-rollback")
    gate = other_format.with_name("closed")
    gate.touch()
    assert load(dev, "late", "11008") == "done"
    catch_up = CatalogueSwitch.catch_up

    def catch_up_then_open(switch, compared=None, function=None):
        """Let the old invocation end when the files have been compared after the switch."""
        etags = catch_up(switch, compared, function)
        if function is None:
            gate.unlink(missing_ok=True)
        return etags

    monkeypatch.setattr(CatalogueSwitch, "catch_up", catch_up_then_open)
    result = command("rollback", "--env", "dev", "--yes")
    assert result.code == 0, result.err
    assert is_shown(aws, dev, "before-the-rollback")
    assert wait_until(lambda: is_shown(aws, dev, "late", "11008"), 10, 0.1)
    assert command("verify", "--env", "dev").code == 0


def test_people_never_see_the_canary(aws, dev, command, second):
    """It is in no list and no statistics while a deployment looks for it."""
    with requests_all_the_time(aws, dev, "/drinks?limit=100") as answers:
        assert command("deploy", "--env", "dev", "--zip", second, "--yes").code == 0
    assert answers
    assert not [body for _, body in answers if DRINK_ID in body]


def test_three_environments_are_promoted_and_rolled_back(aws, dev, command, built, second):
    def deployed(*arguments: object) -> str:
        result = command("deploy", *arguments, "--yes", "--json")
        assert result.code == 0, result.err
        return result.json["artifact"]["key"]

    first_key = deployed("--env", "dev", "--zip", built)
    for env, source in (("staging", "dev"), ("prod", "staging")):
        assert deployed("--env", env, "--from", source) == first_key
    second_key = deployed("--env", "dev", "--zip", second)
    for env, source in (("staging", "dev"), ("prod", "staging")):
        assert deployed("--env", env, "--from", source) == second_key
        assert len(code_of(dev.clients, env)) == 1

    for env in ("prod", "staging"):
        back = command("rollback", "--env", env, "--yes", "--json")
        assert back.code == 0, back.err
        assert back.json["artifact"]["key"] == first_key
        items = command("releases", "--env", env, "--json").json["items"]
        assert [one["is_rollback"] for one in items] == [True, False, False]
        assert [one["running"] for one in items] == [True, False, False]
        again = command("rollback", "--env", env)
        assert again.code == 2
        assert "no kept release before" in again.err
    assert code_of(dev.clients, "prod") != code_of(dev.clients, "dev")

    zip_hash = second_key.removeprefix("functions/").removesuffix(".zip")
    forward = command("rollback", "--env", "prod", zip_hash[:10], "--yes", "--json")
    assert forward.code == 0, forward.err
    assert code_of(dev.clients, "prod") == code_of(dev.clients, "dev")
    unknown = command("rollback", "--env", "prod", "0" * 12)
    assert unknown.code == 2
    assert "No kept release begins with `000000000000`" in unknown.err
    prod = Stores(dev.clients, stack.outputs(dev.clients, "mocktailverse-prod"))
    assert load(prod, "after-rollbacks") == "done"
    assert get(aws, prod, "/health")[0] == 200


def test_a_property_that_cloudformation_cannot_change_stops_the_deployment(
    dev, command, template, built
):
    template(
        "KeySchema: [{AttributeName: id, KeyType: HASH}]",
        "KeySchema: [{AttributeName: key, KeyType: HASH}]",
    )
    before = stack.describe(dev.clients, "mocktailverse-dev")["LastUpdatedTime"]
    for name in ("deploy", "diff"):
        result = command(name, "--env", "dev", "--zip", built)
        assert result.code == 2
        assert "DrinksTable (AWS::DynamoDB::Table): KeySchema" in result.err
        assert "migrate-a-table.md" in result.err
    assert stack.describe(dev.clients, "mocktailverse-dev")["LastUpdatedTime"] == before


@pytest.fixture
def second_table(monkeypatch, tmp_path) -> None:
    """A template with a second drinks table, changed as docs/how-to/migrate-a-table.md says."""
    checkout = find_checkout()
    text = checkout.template.read_text()
    (old,) = re.findall(r"^  DrinksTable: #.*?\n\n", text, re.DOTALL | re.MULTILINE)
    new = old.replace("DrinksTable", "DrinksTable2").replace("e-drinks-$", "e-drinks-2-$")
    both = "Resource: [!GetAtt DrinksTable.Arn, !GetAtt DrinksTable2.Arn]"
    changed = (
        text.replace(old, "")
        .replace("Resource: !Sub '${DrinksTable.Arn}'", both)
        .replace("Ref DrinksTable\n", "Ref DrinksTable2\n")
        .replace("DrinksTable.StreamArn", "DrinksTable2.StreamArn")
        .replace("${DrinksTable.Arn}/stream/*'", "${DrinksTable2.Arn}/stream/*'")
        .replace("  LoadsTable: #", f"{old}{new}  LoadsTable: #")
    )
    path = tmp_path / "template.yaml"
    path.write_text(changed)
    monkeypatch.setattr(
        deploy_target, "find_checkout", lambda: msgspec.structs.replace(checkout, template=path)
    )


def items_of(stores: Stores) -> dict[str, object]:
    pages = stores.clients.dynamodb.get_paginator("scan").paginate(
        TableName=stores.outputs["DrinksTable"]
    )
    items = [item for page in pages for item in page["Items"]]
    return {item["id"]["S"]: item for item in items if item["id"]["S"] != DRINK_ID}


@pytest.mark.usefixtures("second_table")
def test_a_migration_that_fails_leaves_the_old_table_as_it_was(aws, dev, command, built, tmp_path):
    before, outputs = items_of(dev), stack.outputs(dev.clients, "mocktailverse-dev")
    broken = broken_zip(built, tmp_path / "broken.zip", "publish", "call")
    result = command("deploy", "--env", "dev", "--zip", broken, "--yes", "--no-plan")
    assert result.code == 1
    assert "The release before serves, and the stack has returned to it." in result.err
    assert stack.outputs(dev.clients, "mocktailverse-dev") == outputs
    assert items_of(dev) == before
    assert load(dev, "after-failed-migration", "4711") == "done"
    assert is_served(aws, dev, "4711")


@pytest.mark.usefixtures("second_table")
def test_a_table_is_migrated_as_the_page_says_while_the_catalogue_serves(aws, dev, command):
    checkout = find_checkout()
    page = (checkout.template.parents[1] / "docs/how-to/migrate-a-table.md").read_text()
    (block,) = re.findall(r"```sh\n(.*?)```", page, re.DOTALL)
    lines = [line.split()[1:] for line in block.splitlines()]
    assert [line[0] for line in lines] == ["deploy", "replay", "rebuild", "verify"]
    old, outputs = items_of(dev), stack.outputs(dev.clients, "mocktailverse-dev")
    with requests_all_the_time(aws, dev, "/drinks/thecocktaildb:11007") as answers:
        for line in lines:
            result = command(*line)
            assert result.code == 0, result.err
    assert {status for status, _ in answers} == {200}
    migrated = Stores(dev.clients, stack.outputs(dev.clients, "mocktailverse-dev"))
    assert migrated.outputs["DrinksTable"] == "mocktailverse-drinks-2-dev"
    assert items_of(migrated) == items_of(dev) == old
    assert load(migrated, "after-migration") == "done"
    back = command("rollback", "--env", "dev", "--yes")
    assert back.code == 0, back.err
    assert stack.outputs(dev.clients, "mocktailverse-dev") == outputs
    assert items_of(dev) == old
    assert load(dev, "after-return", "4712") == "done"
    assert is_served(aws, dev, "4712")
