"""Assumptions about Lambda, API Gateway, the queue and the scheduler."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from mocktailverse.api.auth import HEADER
from mocktailverse.deployment.rehearsal.assumption import Assumptions, Subject, get, require
from mocktailverse.loads.load_record import Load
from mocktailverse.loads.object_version import RAW_PREFIX
from mocktailverse.stores.error_translation import translated
from mocktailverse.times import now
from mocktailverse.waiting import wait_until

_OK, _UNAUTHORIZED, _NOT_FOUND, _TOO_MANY = 200, 401, 404, 429
_FLOOD = 120
"""Requests at once, several times the stage's burst limit."""
_LOAD_TIMEOUT_S = 300.0
_POLL_S = 1.0
_ODD_NAME = "a b+c%2B ünï 🍸 ?&;'.json"

FUNCTIONS = Assumptions()


@FUNCTIONS.add(
    "Lambda's machine runs the compiled modules of the zip.",
    "AWS Lambda Developer Guide, Working with .zip file archives for Python",
    emulated=False,
)
def api_starts(subject: Subject) -> str:
    """Ask the API for its health: it imports every compiled module of the zip."""
    started = time.monotonic()
    response = get(subject, "/health")
    seconds = time.monotonic() - started
    seen = f"It answered {response.status_code} in {seconds:.1f} s."
    return require(response.status_code == _OK, seen)


@FUNCTIONS.add(
    "Lambda's SQLite has FTS5.", "none; SQLite documentation, FTS5 extension", emulated=False
)
def search_works(subject: Subject) -> str:
    """Search drinks by a word, which needs the full-text index."""
    response = get(subject, "/drinks?q=lime")
    return require(response.status_code == _OK, f"A search answered {response.status_code}.")


@FUNCTIONS.add(
    "A path is decoded once: one that is encoded twice reaches no route.",
    "Amazon API Gateway Developer Guide, AWS Lambda proxy integrations for HTTP APIs",
    emulated=True,
)
def paths_are_decoded_once(subject: Subject) -> str:
    """Ask for the health by a path that is encoded, and by one that is encoded twice."""
    once, twice = (get(subject, f"/heal{h}").status_code for h in ("%74h", "%2574h"))
    seen = f"The API answered {once} to /heal%74h and {twice} to /heal%2574h."
    return require((once, twice) == (_OK, _NOT_FOUND), seen)


@FUNCTIONS.add(
    "The API's role reads an encrypted parameter with SSM's own key.",
    "AWS Systems Manager User Guide, SecureString parameters and the aws/ssm key",
    emulated=True,
)
def ops_key_is_readable(subject: Subject) -> str:
    """Ask for the loads with the operators' key, and with another one."""
    with translated("Reading the operators' key"):
        key = subject.stores.clients.ssm.get_parameter(
            Name=subject.stores.output("OpsKeyParameter"), WithDecryption=True
        )["Parameter"]["Value"]
    right = get(subject, "/loads", **{HEADER: key}).status_code
    wrong = get(subject, "/loads", **{HEADER: "wrong"}).status_code
    seen = f"The API answered {right} with the key and {wrong} with another one."
    return require((right, wrong) == (_OK, _UNAUTHORIZED), seen)


@FUNCTIONS.add(
    "An S3 event has the key URL-encoded, and starts the load of an odd key.",
    "Amazon S3 User Guide, Event message structure",
    emulated=True,
)
def keys_arrive_encoded(subject: Subject) -> str:
    """Store a raw object under an odd key, and wait until it is loaded."""
    version = subject.stores.bucket.put(
        f"{RAW_PREFIX}own/{subject.key}/{_ODD_NAME}",
        b'{"drinks": null}',
        metadata={"observed-at": str(now())},
        content_type="application/json",
    )

    def finished() -> Load | None:
        load = subject.stores.loads.latest(version)
        return load if load and load.status != "loading" else None

    load = wait_until(finished, _LOAD_TIMEOUT_S, _POLL_S)
    state = load.status if load else "not loaded"
    return require(load and load.status == "done", f"The load of {version.key!r} is {state}.")


@FUNCTIONS.add(
    "API Gateway answers 429 above the burst limit.",
    "Amazon API Gateway Developer Guide, Throttle requests to your HTTP APIs",
    emulated=False,
)
def throttle_holds(subject: Subject) -> str:
    """Send more requests at once than the stage's burst limit allows."""
    with ThreadPoolExecutor(max_workers=_FLOOD) as threads:
        answers = threads.map(lambda _: get(subject, "/health").status_code, range(_FLOOD))
    counts = Counter(answers)
    seen = ", ".join(f"{number} times {status}" for status, number in sorted(counts.items()))
    return require(counts[_TOO_MANY] > 0, f"{_FLOOD} requests at once: {seen}.")


@FUNCTIONS.add(
    "The schedules start the functions of this environment.",
    "Amazon EventBridge Scheduler API Reference, GetSchedule",
    emulated=True,
)
def schedules_run_functions(subject: Subject) -> str:
    """Read what the schedules start, and with which role."""
    scheduler = subject.stores.clients.scheduler
    name = f"mocktailverse-reconcile-{subject.env}"
    with translated("Reading a schedule"):
        schedule = scheduler.get_schedule(Name=name)
    target = schedule["Target"]["Arn"]
    expected = subject.stores.output("ReconcileFunction")
    return require(expected in target, f"{name} ({schedule['State']}) starts {target}.")
