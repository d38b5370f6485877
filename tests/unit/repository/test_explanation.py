"""The explanation pages agree with the code: figures, folders, imports, dependencies, pages."""

import ast
import hashlib
import json
import re
import subprocess
import tomllib
from datetime import datetime
from itertools import permutations, product
from pathlib import Path

import pytest

from mocktailverse.drinks.register import EARLIER_RECIPES_KEPT
from mocktailverse.loads.load_request import LoadRequest
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.pipeline.ingest import PART_BYTES
from mocktailverse.pipeline.load_run import LONGEST_WAIT_S, STALLED_LIMIT, WRITE_CHUNK
from mocktailverse.pipeline.publishing import TRIES
from mocktailverse.pipeline.reconciliation import REQUEUE_LIMIT
from mocktailverse.pipeline.segment_plan import SEGMENT_RECORDS
from mocktailverse.sources.thecocktaildb.page_fetcher import FAILURES_IN_A_ROW
from mocktailverse.sources.thecocktaildb.strategies import BATCH
from mocktailverse.stores.drinks_table import WRITERS
from mocktailverse.stores.items import to_item

ROOT = Path(__file__).parents[3]
DOCS = ROOT / "docs"
CLOUD_LOCK = "infrastructure/streamlit_cloud/requirements.txt"
PACKAGE = ROOT / "src" / "mocktailverse"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
WORDS = {3: "three", 5: "five", 8: "eight", 10: "ten"}


def page(name):
    return (DOCS / "explanation" / name).read_text()


def table(text, head):
    """Return the rows of the table with this first heading, as lists of cells."""
    match = re.search(rf"^\| {re.escape(head)} \|.*\n\| ?-.*\n((?:\|.*\n)+)", text, re.MULTILINE)
    assert match, f"no table with the heading {head!r}"
    return [[cell.strip() for cell in row[1:-1].split("|")] for row in match[1].splitlines()]


# ---- convergence.md


@pytest.fixture
def deliveries():
    """Return the raw objects of the page: name -> (time in ms, bytes)."""
    lines = re.findall(r"^([A-Z]) (\S+Z) (\{.*\})$", page("convergence.md"), re.MULTILINE)
    return {
        name: (round(datetime.fromisoformat(at).timestamp() * 1000), record.encode())
        for name, at, record in lines
    }


@pytest.fixture
def delivered(deliveries, new_world):
    """Return a function that delivers raw objects in an order: outcomes and the final register."""

    def deliver(order):
        world = new_world()
        outcomes = []
        for number, name in enumerate(order):
            at, body = deliveries[name]
            key = f"raw/thecocktaildb/example/{name.lower()}.json"
            metadata = {"observed-at": str(at)}
            version = world.raw.add(body, key, "1", stored_at=at, metadata=metadata)
            counts = world.handle(LoadRequest(version, number + 1))
            (outcome,) = [o for o in ("loaded", "unchanged", "stale") if getattr(counts, o)]
            assert counts.conserving
            outcomes.append(outcome)
        (register,) = world.drinks.table.values()
        return outcomes, register

    return deliver


def digest(register):
    return hashlib.sha256(json.dumps(to_item(register), sort_keys=True).encode()).hexdigest()[:12]


def renew_digests(rows, delivered):
    """Write the digests of the current items into the page; they contain TRANSFORM_VERSION."""
    text = page("convergence.md")
    for order, *_, item in rows:
        text = text.replace(item, f"`{digest(delivered(order.split(', '))[1])}`")
    (DOCS / "explanation" / "convergence.md").write_text(text)


def test_the_example_of_convergence_is_correct(delivered, request):
    if request.config.getoption("--renew-golden"):
        renew_digests(table(page("convergence.md"), "delivered"), delivered)
    rows = table(page("convergence.md"), "delivered")
    assert len(rows) == 2
    for order, counted, name, observed, previous, item in rows:
        outcomes, register = delivered(order.split(", "))
        at = f"T{observed}:00+00:00"
        assert ", ".join(outcomes) == counted
        assert (register.drink.name, register.drink.previous_name) == (name, previous)
        assert datetime.fromisoformat(f"2026-01-31{at}").timestamp() * 1000 == register.observed_at
        assert f"`{digest(register)}`" == item


def test_all_orders_of_the_example_end_in_the_same_item(delivered):
    orders = [*permutations("ABC"), *(o for o in product("ABC", repeat=4) if set(o) == set("ABC"))]
    assert len({digest(delivered(order)[1]) for order in orders}) == 1


def test_the_number_of_remembered_recipes_is_correct():
    assert f"the {WORDS[EARLIER_RECIPES_KEPT]} latest" in page("convergence.md")


# ---- the-way-of-a-record.md


def test_the_figures_on_the_way_of_a_record_are_correct(template):
    resources = template["Resources"]
    queue = resources["TransformRawObjects"]["Properties"]
    stream = resources["PublishChangedDrinks"]["Properties"]
    receives = resources["Queue"]["Properties"]["RedrivePolicy"]["maxReceiveCount"]
    phrases = [
        f"batched, up to {BATCH} a file",
        f"of more than {PART_BYTES >> 20} MiB become several",
        f"up to {queue['BatchSize']} messages",
        f"takes up to {SEGMENT_RECORDS} records",
        f"drinks, {WRITE_CHUNK} handed over at once, {WRITERS} requests under way",
        f"gets up to {stream['BatchSize']:,} such change notifications",
        f"waits {stream['MaximumBatchingWindowInSeconds']} s for more",
        f"receive {receives}",
        f"waits up to {LONGEST_WAIT_S:.0f} s each time",
        f"{WORDS[STALLED_LIMIT]} in a row without a record",
        f"{WORDS[FAILURES_IN_A_ROW]} requests in a row",
        f"re-queued, {WORDS[REQUEUE_LIMIT]} times",
        f"with a fresh download, {WORDS[TRIES]} times",
    ]
    text = " ".join(page("the-way-of-a-record.md").split())
    assert [phrase for phrase in phrases if phrase not in text] == []


def test_the_trace_id_on_the_way_of_a_record_is_correct():
    bucket = "mocktailverse-data-local-000000000000-us-east-1"
    key = "raw/thecocktaildb/2026/11/23/20261123T011744Z-ids/i-0001.ndjson"
    version = ObjectVersion(bucket, key, "4627352c-f344-4a41-9e94-d571add8127d")
    text = page("the-way-of-a-record.md")
    assert all(part in text for part in (bucket, key, version.version_id[:8]))
    assert f"Trace {version.trace_id}" in text
    assert version.load_id(1) in text


# ---- structure.md


def test_exactly_the_existing_top_level_folders_are_explained():
    git = ["git", "-C", ROOT, "ls-files"]
    listed = subprocess.run(git, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout, so the folder may contain other files")
    folders = {path.split("/")[0] + "/" for path in listed.stdout.splitlines() if "/" in path}
    assert {row[0].strip("`") for row in folder_tables()[0]} == folders


def test_exactly_the_existing_folders_of_the_package_are_explained():
    folders = {
        f"{path.relative_to(PACKAGE).as_posix()}/"
        for path in PACKAGE.rglob("*")
        if path.is_dir() and path.name != "__pycache__" and any(path.glob("*.*"))
    }
    assert {row[0].strip("`") for row in folder_tables()[1]} == folders


def folder_tables():
    """Return the rows of the tables of the top-level folders and of the package."""
    _, top, package = re.split(r"(?=^\| folder \|)", page("structure.md"), flags=re.MULTILINE)
    return table(top, "folder"), table(package, "folder")


def test_the_contracts_are_those_of_import_linter():
    named = [name for name, _ in table(page("structure.md"), "contract")]
    assert named == [contract["name"] for contract in PROJECT["tool"]["importlinter"]["contracts"]]


def test_the_diagram_of_the_layers_names_every_package():
    layers, *_ = PROJECT["tool"]["importlinter"]["contracts"]
    layer_names = {name for layer in layers["layers"] for name in layer.split(" | ")}
    diagram = re.search(r"```mermaid\n(.*?)```", page("structure.md"), re.DOTALL)[1]
    names = {*re.findall(r"\w+", diagram)}
    packages = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert packages <= names
    assert packages <= layer_names


def test_the_imports_of_each_package_are_on_the_page():
    documented = {
        package.strip("`"): {*filter(None, imports.split(", "))}
        for package, imports in table(page("structure.md"), "package")
    }
    packages = [path.parent.name for path in PACKAGE.glob("*/__init__.py")]
    assert documented == {package: imports_of(package) for package in packages}


def imports_of(package):
    """Return the names of the other packages of the project that a package imports."""
    names = set()
    for path in (PACKAGE / package).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module == "mocktailverse":
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                names |= {*re.findall(r"^mocktailverse\.(\w+)", node.module)}
            elif isinstance(node, ast.Import):
                text = " ".join(alias.name for alias in node.names)
                names |= {*re.findall(r"\bmocktailverse\.(\w+)", text)}
    return names - {package}


def test_every_package_has_a_docstring():
    for path in PACKAGE.rglob("__init__.py"):
        assert ast.get_docstring(ast.parse(path.read_text())), path.parent.name


def test_the_places_for_new_code_exist():
    for _, here in table(page("structure.md"), "you want to ..."):
        for name in re.findall(r"`([\w/.*-]+/[\w.*-]*)`", here):
            places = [*ROOT.glob(name), *PACKAGE.glob(name)]
            assert places, name


# ---- dependencies.md


@pytest.mark.parametrize(
    ("heading", "extra"),
    [
        ("What the functions import", None),
        ("What a laptop needs (`cli`)", "cli"),
        ("What a bulk reprocess needs (`bulk`)", "bulk"),
        ("What the dashboard needs (`dashboard`)", "dashboard"),
        ("What development needs (`dev`)", "dev"),
    ],
)
def test_exactly_the_existing_dependencies_are_explained(heading, extra):
    project = PROJECT["project"]
    requirements = project["optional-dependencies"][extra] if extra else project["dependencies"]
    _, _, section = page("dependencies.md").partition(f"## {heading}\n")
    explained = [row[0].strip("`") for row in table(section.partition("\n## ")[0], "dependency")]
    assert explained == sorted(explained), "in alphabetical order"
    assert set(explained) == {re.split(r"[\[<>=]", requirement)[0] for requirement in requirements}


def test_every_group_of_dependencies_has_a_section():
    groups = set(re.findall(r"^## .*\(`(\w+)`\)$", page("dependencies.md"), re.MULTILINE))
    assert groups == PROJECT["project"]["optional-dependencies"].keys()


def test_every_lock_is_explained():
    explained = {row[0].strip("`") for row in table(page("dependencies.md"), "file")}
    locks = {path.relative_to(ROOT).as_posix() for path in ROOT.glob("requirements/**/*.lock")}
    assert explained == locks | {CLOUD_LOCK}


def test_no_lock_contains_an_index_url_or_lacks_a_hash():
    for path in [ROOT / CLOUD_LOCK, *ROOT.glob("requirements/**/*.lock")]:
        text = path.read_text()
        assert "://" not in text, path.name
        for requirement in re.split(r"\n(?=\S)", text):
            if "==" in requirement.partition("\n")[0]:
                assert "--hash=sha256:" in requirement, requirement


def test_the_lock_of_the_node_packages_has_hashes_and_no_registry():
    lock = json.loads((ROOT / "tests" / "aws_proof" / "node" / "package-lock.json").read_text())
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert packages
    for name, package in packages.items():
        assert "resolved" not in package, name
        assert package.get("inBundle") or package["integrity"].startswith("sha512-"), name


# ---- the indexes


@pytest.mark.parametrize(
    ("index", "pages"), [("README.md", "**/*.md"), ("explanation/README.md", "*.md")]
)
def test_exactly_the_existing_pages_are_in_the_index(index, pages):
    path = DOCS / index
    linked = {
        (path.parent / link).resolve()
        for link in re.findall(r"\]\(([^)#:]+\.md)\)", path.read_text())
    }
    existing = {target.resolve() for target in path.parent.glob(pages)} - {path.resolve()}
    elsewhere = {"README.md": {ROOT / "CONTRIBUTING.md", ROOT / "README.md"}}
    linked -= elsewhere.get(index, {DOCS / "README.md", DOCS / "how-to" / "README.md"})
    assert linked == existing


def test_the_top_of_the_repository_has_at_most_15_entries():
    """See docs/decisions/0016-the-top-of-the-repository.md."""
    git = ["git", "-C", ROOT, "ls-files"]
    listed = subprocess.run(git, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout, so the folder may contain other files")
    top = {path.split("/")[0] for path in listed.stdout.splitlines()}
    assert len(top) <= 15, sorted(top)
