"""The command `rejected`: list records that could not be loaded (the dead-letter store)."""

from typing import Annotated, Any, NamedTuple

import msgspec
from typer import Option

from mocktailverse.cli import options
from mocktailverse.cli.connection import connect
from mocktailverse.cli.output import last_part, print_listing, print_table
from mocktailverse.cursors import CursorCodec
from mocktailverse.drinks.codes import Reason
from mocktailverse.errors import UsageError
from mocktailverse.loads.load_record import latest_generations
from mocktailverse.operations.recent_loads import recent_loads, rejected_lines
from mocktailverse.stores.environment import Stores
from mocktailverse.times import now


class RejectedPlace(NamedTuple):
    """The end of a page of rejected records, from which the next one continues."""

    loads_until: Annotated[int, msgspec.Meta(ge=0, lt=10**15)]
    """In ms since 1970 UTC. Later loads come first and would shift the records; they are left out.
    """
    shown: Annotated[int, msgspec.Meta(ge=0, lt=10**9)]
    """Number of records on the pages so far."""


rejected_cursors = CursorCodec(RejectedPlace)


def rejected(
    code: Annotated[str | None, Option(help="Only records with this reason code.")] = None,
    days: options.Days = 7,
    limit: options.Limit = None,
    after: options.Next = None,
    env: options.Env = "local",
    state_dir: options.StateDir = None,
    as_json: options.Json = False,
) -> None:
    """List the rejected records of recent loads, each with its reason."""
    if code not in (None, *Reason):
        raise UsageError(f"Unknown reason code `{code}`. Choose one of {', '.join(Reason)}.")
    place = rejected_cursors.decode(after) if after else RejectedPlace(now(), 0)
    stores = connect(env, state_dir)
    records = [
        record
        for record in _rejected_records(stores, days, place.loads_until)
        if code in (None, record["code"])
    ][place.shown :]
    page = records[:limit]
    if as_json:
        is_last = len(page) == len(records)
        next_place = RejectedPlace(place.loads_until, place.shown + len(page))
        print_listing(page, None if is_last else rejected_cursors.encode(next_place))
        return
    columns = ("code", "raw object", "position", "message")
    rows = [
        (record["code"], last_part(record["object"]["key"]), record["position"], record["message"])
        for record in page
    ]
    print_table(f"Rejected: {len(records)}", columns, rows)


def _rejected_records(stores: Stores, days: int, loads_until: int) -> list[dict[str, Any]]:
    loads, _ = recent_loads(stores.loads, days)
    return [
        {"load": load.load_id, **msgspec.to_builtins(line)}
        for load in latest_generations(loads)
        if load.started_at <= loads_until
        for line in rejected_lines(load, stores.loads, stores.bucket)
    ]
