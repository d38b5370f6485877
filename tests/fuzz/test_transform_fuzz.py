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

READER = SOURCES["thecocktaildb"]
DYNAMODB_ITEM_BYTES = 400 * 1024
GOOD = json.dumps({"idDrink": "7", "strDrink": "Spritz", "strIngredient1": "Prosecco"})


def size_of(value: Mapping[str, object]) -> int:
    """The bytes that DynamoDB counts for an attribute value."""
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


def check_storable(piece: RecordResult) -> None:
    """The result survives the store that it goes to."""
    if piece.rejected is not None:
        line = msgspec.json.encode(piece.rejected)
        assert b"\n" not in line
        again = msgspec.json.decode(line, type=Rejected)
        assert msgspec.json.encode(again) == line
        assert json.loads(line)["code"] in set(Reason)
        assert piece.rejected.path.startswith("$")
    else:
        item = to_item(piece.register)
        assert from_item(item) == piece.register
        assert size_of_item(item) < DYNAMODB_ITEM_BYTES
        if piece.register.drink is not None:
            body = msgspec.json.encode(piece.register.drink)
            assert msgspec.json.decode(body, type=Drink) == piece.register.drink
            assert set(piece.register.drink.quality) <= set(Quality)
            json.loads(body)


@given(st.lists(record_texts(), min_size=1, max_size=4), st.booleans())
def test_every_record_gives_one_register_or_one_rejected_line(records: list[str], in_array: bool):  # noqa: FBT001 - drawn
    lines = [GOOD, *records, GOOD]
    body = f"[{','.join(lines)}]" if in_array else "\n".join(lines)
    found = transformed(body.encode("utf-8", "surrogatepass"))
    for piece in found:
        assert (piece.register is None) != (piece.rejected is None)
        check_storable(piece)
    if in_array:
        try:
            values = json.loads(body)
        except ValueError:
            return
        assert len(found) == len(values)
        return
    ends = [index for index, piece in enumerate(found) if is_good(piece)]
    assert ends[:1] == [0]
    assert ends[-1:] == [len(found) - 1]
    if not any('"drinks"' in record for record in records):
        assert len(found) == len(lines)


def is_good(piece: RecordResult) -> bool:
    return piece.register is not None and piece.register.id == "thecocktaildb:7"


@given(raw_objects)
def test_whatever_an_object_holds_its_results_can_be_stored(body: bytes):
    for piece in transformed(body):
        check_storable(piece)


@given(record_texts(), st.randoms(use_true_random=False))
def test_the_content_hash_depends_on_the_content_alone(record: str, choose):
    (plain,) = transformed(record.encode())[:1] or [None]
    if plain is None or plain.register is None or plain.register.drink is None:
        return
    fields = json.loads(record, object_pairs_hook=list)
    if len(dict(fields)) == len(fields):  # else the order decides which of two values counts
        fields = [*json.loads(record).items()]
        choose.shuffle(fields)
        record = json.dumps(dict(fields), indent=1)
    (packed,) = transformed(gzip.compress(record.encode()))
    assert _content(packed) == _content(plain)


def _content(piece: RecordResult) -> Drink:
    return msgspec.structs.replace(piece.register.drink, lineage=None)


@given(st.dictionaries(st.sampled_from(["observed-at", "x"]), st.text(max_size=30)))
def test_any_observed_at_is_a_time_or_rejects_the_object_once(metadata: dict[str, str]):
    found = list(transform(RawObject(f"[{GOOD},{GOOD}]".encode(), metadata), VERSION))
    if found[0].rejected is not None:
        assert [piece.rejected.code for piece in found] == [Reason.OBSERVED_AT_INVALID]
    else:
        assert len(found) == 2
        assert 0 <= found[0].register.drink.observed_at <= STORED_AT + 300_000


_NESTED = (
    '{{"idDrink":"7","strDrink":"A","strIngredient1":"Gin","x":{}}}',
    '{{"drinks":[{{"idDrink":"8"}},{{"idDrink":"7","strIngredient1":"Gin","x":{}}}]}}',
    '{{"idDrink":"7","strIngredient1":"Gin","drinks":[{{"x":{}}},{{}}]}}',
    "[{},{{}}]",
)


@given(st.sampled_from(_NESTED), st.integers(0, 2500), st.integers(0, 400), st.booleans())
def test_the_depth_of_the_calling_stack_makes_no_difference(
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

    found, count = read()
    assert count == len(found)
    assert _below(frames, read) == (found, count)


def _below(frames: int, work: Callable[[], object]) -> object:
    return _below(frames - 1, work) if frames else work()
