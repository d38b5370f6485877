"""Transform: any record becomes one register or one rejected line, and either can be stored."""

import gzip
import json
from collections.abc import Callable, Mapping

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from mocktailverse.drinks.codes import Quality, Reason
from mocktailverse.drinks.drink import Drink
from mocktailverse.loads.rejected import Rejected
from mocktailverse.pipeline.independent_count import count_records
from mocktailverse.pipeline.transformation import RecordResult, transform
from mocktailverse.sources import SOURCES
from mocktailverse.stores.items import from_item, to_item
from strategies.raw_objects import raw_objects
from strategies.raw_records import STORED_AT, VERSION, RawObject, record_texts, transformed

READER = SOURCES["thecocktaildb"].records
DYNAMODB_ITEM_BYTES = 400 * 1024
GOOD = json.dumps({"idDrink": "7", "strDrink": "Spritz", "strIngredient1": "Prosecco"})


def size_of(value: Mapping[str, object]) -> int:
    """Return the number of bytes that DynamoDB counts for an attribute value."""
    ((kind, content),) = value.items()
    match kind:
        case "S":
            return len(content.encode())
        case "N":
            return len(content) // 2 + 2
        case "L":
            return 3 + sum(1 + size_of(element) for element in content)
        case "M":
            return 3 + size_of_item(content) + len(content)
        case _:
            return 1


def size_of_item(item: Mapping[str, Mapping[str, object]]) -> int:
    return sum(len(name.encode()) + size_of(value) for name, value in item.items())


def check_storable(result: RecordResult) -> None:
    """Check that the result can be stored and read again."""
    if result.rejected is not None:
        line = msgspec.json.encode(result.rejected)
        assert b"\n" not in line
        again = msgspec.json.decode(line, type=Rejected)
        assert msgspec.json.encode(again) == line
        assert json.loads(line)["code"] in set(Reason)
        assert result.rejected.path.startswith("$")
    else:
        item = to_item(result.register)
        assert from_item(item) == result.register
        assert size_of_item(item) < DYNAMODB_ITEM_BYTES
        if result.register.drink is not None:
            body = msgspec.json.encode(result.register.drink)
            assert msgspec.json.decode(body, type=Drink) == result.register.drink
            assert set(result.register.drink.quality) <= set(Quality)
            json.loads(body)


@given(st.lists(record_texts(), min_size=1, max_size=4), st.booleans())
def test_every_record_gives_one_register_or_one_rejected_line(records: list[str], in_array: bool):  # noqa: FBT001 - drawn
    lines = [GOOD, *records, GOOD]
    body = f"[{','.join(lines)}]" if in_array else "\n".join(lines)
    results = transformed(body.encode("utf-8", "surrogatepass"))
    for result in results:
        assert (result.register is None) != (result.rejected is None)
        check_storable(result)
    if in_array:
        try:
            values = json.loads(body)
        except ValueError:
            return
        assert len(results) == len(values)
        return
    ends = [index for index, result in enumerate(results) if is_good(result)]
    assert ends[:1] == [0]
    assert ends[-1:] == [len(results) - 1]
    if not any('"drinks"' in record for record in records):
        assert len(results) == len(lines)


def is_good(result: RecordResult) -> bool:
    return result.register is not None and result.register.id == "thecocktaildb:7"


@given(raw_objects)
def test_the_results_of_any_object_can_be_stored(body: bytes):
    for result in transformed(body):
        check_storable(result)


@given(record_texts(), st.randoms(use_true_random=False))
def test_the_content_hash_depends_only_on_the_content(record: str, random_order):
    (plain,) = transformed(record.encode())[:1] or [None]
    if plain is None or plain.register is None or plain.register.drink is None:
        return
    fields = json.loads(record, object_pairs_hook=list)
    if len(dict(fields)) == len(fields):  # otherwise the order decides which of two values counts
        fields = [*json.loads(record).items()]
        random_order.shuffle(fields)
        record = json.dumps(dict(fields), indent=1)
    (gzipped,) = transformed(gzip.compress(record.encode()))
    assert _content(gzipped) == _content(plain)


def _content(result: RecordResult) -> Drink:
    return msgspec.structs.replace(result.register.drink, lineage=None)


@given(st.dictionaries(st.sampled_from(["observed-at", "x"]), st.text(max_size=30)))
def test_any_observed_at_is_a_time_or_rejects_the_object_once(metadata: dict[str, str]):
    results = list(transform(RawObject(f"[{GOOD},{GOOD}]".encode(), metadata), VERSION))
    if results[0].rejected is not None:
        assert [result.rejected.code for result in results] == [Reason.OBSERVED_AT_INVALID]
    else:
        assert len(results) == 2
        assert 0 <= results[0].register.drink.observed_at <= STORED_AT + 300_000


_NESTED = (
    '{{"idDrink":"7","strDrink":"A","strIngredient1":"Gin","x":{}}}',
    '{{"drinks":[{{"idDrink":"8"}},{{"idDrink":"7","strIngredient1":"Gin","x":{}}}]}}',
    '{{"idDrink":"7","strIngredient1":"Gin","drinks":[{{"x":{}}},{{}}]}}',
    "[{},{{}}]",
)


@given(st.sampled_from(_NESTED), st.integers(0, 2500), st.integers(0, 400), st.booleans())
def test_the_depth_of_the_call_stack_makes_no_difference(
    form: str,
    depth: int,
    frames: int,
    in_lines: bool,  # noqa: FBT001 - drawn
):
    body = form.format("[" * depth + "]" * depth)
    body = f"{GOOD}\n{body}\n" if in_lines else body

    def read() -> tuple[list[RecordResult], int]:
        raw = RawObject(body.encode())
        return transformed(raw.body), count_records(raw.chunks, READER.id_field, READER.columns)

    results, count = read()
    assert count == len(results)
    assert _below(frames, read) == (results, count)


def _below(frames: int, work: Callable[[], object]) -> object:
    return _below(frames - 1, work) if frames else work()
