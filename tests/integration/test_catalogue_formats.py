"""A release with another catalogue format replaces one, and goes back, while people read.

The other release is a copy of this code with a higher FORMAT and one more column, deployed by its
own command. IAM is enforced, so a publish function that scans the table fails.
"""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from mocktailverse.catalogue.file_names import file_name
from mocktailverse.catalogue.meta import format_in
from mocktailverse.catalogue.schema import FORMAT
from mocktailverse.checkout import find_checkout
from mocktailverse.local import lifecycle
from mocktailverse.local.lifecycle import Options
from mocktailverse.local.state import LocalStack
from mocktailverse.stores import cloudformation_stack as stack
from mocktailverse.stores.environment import Stores
from mocktailverse.waiting import wait_until

CLOSED_PORT_URL = "http://127.0.0.1:9"
TIMEOUT_S = 120.0
NEXT = FORMAT + 1
COLUMN = "garnish TEXT\n);"


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    home = tmp_path_factory.mktemp("aws")
    with lifecycle.running(home, Options(source_url=CLOSED_PORT_URL)) as running:
        yield running


@pytest.fixture(scope="module")
def checkouts(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """The folders of the packages of both releases, by format."""
    checkout = find_checkout()
    root = tmp_path_factory.mktemp("next")
    shutil.copytree(
        checkout.source,
        root / "src" / "mocktailverse",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    for folder in (checkout.template.parent, checkout.lock.parent):
        shutil.copytree(folder, root / folder.name)
    schema = root / "src" / "mocktailverse" / "catalogue" / "schema.py"
    text = schema.read_text()
    assert text.count(COLUMN) == text.count(f"FORMAT = {FORMAT}\n") == 1
    text = text.replace(COLUMN, COLUMN.replace("\n", ",\n  colour TEXT\n"))
    schema.write_text(text.replace(f"FORMAT = {FORMAT}\n", f"FORMAT = {NEXT}\n"))
    return {FORMAT: checkout.source.parent, NEXT: root / "src"}


@pytest.fixture(scope="module")
def run(aws, checkouts, tmp_path_factory) -> Callable[..., Any]:
    """Return a function that runs a command of the release with a format; it returns its JSON."""
    scratch = tmp_path_factory.mktemp("scratch")

    def run_command(number: int, *arguments: str, code: int = 0) -> Any:
        result = subprocess.run(
            [sys.executable, "-m", "mocktailverse.cli", *arguments, "--env", "dev", "--json"],
            env={
                "PATH": os.environ["PATH"],
                "HOME": os.environ["HOME"],
                "TMPDIR": str(scratch),
                "PYTHONPATH": str(checkouts[number]),
                "AWS_ENDPOINT_URL": aws.endpoint,
                "AWS_DEFAULT_REGION": aws.region,
                "AWS_ACCESS_KEY_ID": aws.access_key_id,
                "AWS_SECRET_ACCESS_KEY": aws.secret_access_key,
            },
            cwd=scratch,
            capture_output=True,
            text=True,
            check=False,
        )
        assert result.returncode == code, result
        return json.loads(result.stdout) if result.stdout else result.stderr

    return run_command


class Environment:
    """A deployed environment as its users see it."""

    def __init__(self, aws: LocalStack, api_url: str, folder: Path) -> None:
        clients = aws.clients()
        self.stores = Stores(clients, stack.outputs(clients, "mocktailverse-dev"))
        self.api_url = api_url
        self.folder = folder

    def load(self, *numbers: int) -> None:
        """Store a raw object with these drinks."""
        records = [
            {"idDrink": str(n), "strDrink": f"Mix {n}", "strInstructions": "Stir.",
             "strIngredient1": "Gin", "strMeasure1": "1 oz"} for n in numbers
        ]  # fmt: skip
        self.stores.bucket.put(
            f"raw/thecocktaildb/tests/{numbers[0]}.json",
            json.dumps({"drinks": records}).encode(),
            metadata={"observed-at": str(1_700_000_000_000 + numbers[0])},
            content_type="application/json",
        )

    def numbers(self, key: str) -> set[int]:
        """Return the numbers of the drinks in a published file of any format."""
        path = self.folder / key
        self.stores.catalogue_files.file(key).download(path)
        with closing(sqlite3.connect(path)) as file:
            ids = [drink_id for (drink_id,) in file.execute("SELECT id FROM drinks")]
        return {int(drink_id.partition(":")[2]) for drink_id in ids if "canary" not in drink_id}

    def wait_for(self, key: str, *numbers: int) -> None:
        """Wait until a published file has all of these drinks."""
        assert wait_until(lambda: {*numbers} <= self.numbers(key), TIMEOUT_S, 0.2)

    @contextmanager
    def visitors(self) -> Iterator[Counter[int]]:
        """Ask the API for drinks all the time within the block; yield the statuses so far."""
        statuses: Counter[int] = Counter()
        ended = threading.Event()

        def visit() -> None:
            with httpx2.Client(timeout=60) as client:
                while not ended.wait(0.05):
                    statuses[client.get(f"{self.api_url}/drinks?limit=1").status_code] += 1

        thread = threading.Thread(target=visit)
        thread.start()
        try:
            yield statuses
        finally:
            ended.set()
            thread.join()

    @contextmanager
    def changes(self, first: int) -> Iterator[list[int]]:
        """Load one drink after the other within the block; yield their numbers so far."""
        numbers: list[int] = []
        ended = threading.Event()

        def change() -> None:
            while not ended.is_set():
                self.load(first + len(numbers))
                numbers.append(first + len(numbers))
                ended.wait(0.5)

        thread = threading.Thread(target=change)
        thread.start()
        try:
            yield numbers
        finally:
            ended.set()
            thread.join()


@pytest.fixture(scope="module")
def environment(aws, run, tmp_path_factory) -> Environment:
    """The environment dev with this release and three drinks."""
    deployed = run(FORMAT, "deploy")
    new = Environment(aws, deployed["api_url"], tmp_path_factory.mktemp("files"))
    assert new.numbers(file_name(FORMAT)) == set(), "a new environment has an empty catalogue"
    new.load(1, 2, 3)
    new.wait_for(file_name(FORMAT), 1, 2, 3)
    return new


def test_a_release_with_a_new_format_is_deployed_and_taken_back_without_an_outage(environment, run):
    before, after = file_name(FORMAT), file_name(NEXT)
    with environment.visitors() as statuses:
        with environment.changes(1000) as changed:
            run(NEXT, "deploy")
        environment.wait_for(after, 1, 2, 3, *changed)
        assert format_in(environment.folder / after) == NEXT
        environment.load(4)
        environment.wait_for(after, 4)
        assert 4 not in environment.numbers(before)
        assert run(NEXT, "verify")["ok"]

        with environment.changes(2000) as changed_again:
            run(FORMAT, "deploy")
        environment.wait_for(before, 1, 2, 3, 4, *changed, *changed_again)
        assert run(FORMAT, "verify")["ok"]
        visits = sum(statuses.values())
        assert wait_until(lambda: sum(statuses.values()) > visits + 3, TIMEOUT_S, 0.1)
    assert set(statuses) == {200}
    assert changed
    assert changed_again
    logs = run(FORMAT, "logs", "--function", "publish", "--since", "1h")
    failures = [line for line in logs["items"] if "invocation failed" in line["message"]]
    assert failures == [], "a scan would have been denied"


def test_a_release_of_another_format_is_refused_by_a_checkout_that_cannot_build_it(
    environment, run, checkouts
):
    files = environment.stores.catalogue_files
    files.delete(file_name(NEXT))
    status = run(NEXT, "status")
    assert status["catalogue_problem"] == "must be rebuilt: mocktailverse rebuild --env dev"
    assert status["catalogue"], "readers get the file of the earlier format"
    archive = next((checkouts[NEXT].parent / ".mocktailverse" / "cache").glob("functions-*.zip"))
    refusal = run(FORMAT, "deploy", "--zip", str(archive), code=2)
    assert f"catalogue of format {NEXT}" in refusal
    assert "mocktailverse rebuild --env dev" in refusal
    run(NEXT, "rebuild")
    assert "catalogue_problem" not in run(NEXT, "status")
    assert environment.numbers(file_name(NEXT)) == environment.numbers(file_name(FORMAT))
