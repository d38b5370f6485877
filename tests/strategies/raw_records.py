"""Raw records as JSON text: any value in any field, also text that a JSON library never writes."""

import json
from collections.abc import Iterator, Mapping

from hypothesis import strategies as st

from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.pipeline.transformation import RecordResult, transform
from mocktailverse.sources.thecocktaildb.record_reader import FIELDS
from strategies.raw_objects import sample_records
from strategies.texts import texts

VERSION = ObjectVersion("data", "raw/thecocktaildb/x", "v1")
STORED_AT = 1_767_268_800_000

_NUMBERS = ("0", "-0", "1e400", "-1e400", "1e-400", "1.5", "9" * 400, "-" + "9" * 30, "NaN", "7")
_TEXTS = (
    '"\\ud800"', '"\\ud83c\\udf79"', '"\\u0000"', '"\\u001f"', '"\x01"', '"\\x"', '"', "'a'",
    '"\xad"', '"1 1/2 oz "', '"Juice of 1/2"', '"5000 bottles"', '"99999999 oz"', '"http://x"',
    '"https://x/\\u202e"', '"Alcoholic"', '"Yes"', '"Gin"', '"Non-alcoholic gin 0.0%"',
    '"Top with"', '"\u0130"', '"\ufdfa"', "true", "{}", "[]", "[[[[]]]]", '{"drinks":[]}', "nul",
    "", "//", "1,2", "\\",
)  # fmt: skip
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=4,
)
value_texts = (
    st.sampled_from(_NUMBERS + _TEXTS)
    | values.map(json.dumps)
    | texts.map(lambda text: json.dumps(text, ensure_ascii=False))
    | st.tuples(texts, st.integers(1, 9_000)).map(lambda pair: json.dumps(pair[0] * pair[1]))
)
_names = st.sampled_from(FIELDS) | texts | st.sampled_from(["drinks", "absent", "idDrink"])


@st.composite
def record_texts(draw: st.DrawFn) -> str:
    """Draw the text of one JSON object on one line, valid or nearly so, with any fields."""
    base = draw(st.just({}) | st.sampled_from(sample_records()))
    fields = [(name, json.dumps(value, ensure_ascii=False)) for name, value in base.items()]
    for name, value in draw(st.lists(st.tuples(_names, value_texts), max_size=5)):
        places = [place for place, (other, _) in enumerate(fields) if other == name]
        if places and draw(st.integers(0, 9)):  # else the name occurs twice
            fields[places[0]] = (name, value)
        else:
            fields.append((name, value))
    members = (f"{json.dumps(name)}:{value}" for name, value in fields)
    return "{" + ",".join(members).replace("\n", " ") + "}"


class RawObject:
    """An opened raw object."""

    stored_at = STORED_AT

    def __init__(self, body: bytes, metadata: Mapping[str, str] | None = None) -> None:
        self.body = body
        self.bytes = len(body)
        self.metadata = metadata or {}

    def chunks(self, start: int = 0) -> Iterator[bytes]:
        yield self.body[start:]


def transformed(body: bytes) -> list[RecordResult]:
    return list(transform(RawObject(body), VERSION))
