"""What is written into a catalogue comes out the same, to the last field."""

from hypothesis import given, settings
from hypothesis import strategies as st

from mocktailverse.catalogue import schema
from mocktailverse.catalogue.rows import DRINK_COLUMNS, LINE_COLUMNS, name_key
from mocktailverse.catalogue.stored_drinks import CHUNK
from mocktailverse.drinks.drink import Derived, Drink, Image, IngredientLine, Lineage

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.sampled_from(
    ["", "\x00", "a\x00b", "'; --", "🍹", "عصير", "\u202e", "e\u0301", "NULL", "1e5", "%_"]
)
maybe = texts | st.none()
numbers = st.floats(0, 1e12) | st.integers(0, 10**6).map(float) | st.none()
times = st.integers(0, 10**15)
lines = st.builds(
    IngredientLine,
    position=st.just(0),
    name=texts,
    name_raw=texts,
    measure_raw=maybe,
    **dict.fromkeys(("amount_min", "amount_max", "ml_min", "ml_max"), numbers),
    unit=st.sampled_from(["oz", "none"]),
    kind=st.sampled_from(["volume", "none"]),
    certainty=st.sampled_from(["exact", "unknown"]),
)
derived = st.builds(
    Derived,
    **dict.fromkeys(
        (name for name in Derived.__struct_fields__ if name.endswith(("_min", "_max"))), numbers
    ),
    certainty=st.sampled_from(["range", "unknown"]),
    spirits=st.lists(texts, max_size=2).map(tuple),
    method=st.sampled_from(["shaken", None]),
    is_mocktail=st.booleans() | st.none(),
)
images = st.builds(Image, url=texts, licence=maybe, attribution=maybe)
drinks = st.builds(
    Drink,
    id=texts,
    source=texts,
    name=texts,
    **dict.fromkeys(("category", "glass", "iba", "video", "previous_name"), maybe),
    alcoholic=st.sampled_from(["alcoholic", "non_alcoholic", None]),
    tags=st.lists(texts, max_size=3).map(tuple),
    instructions=st.dictionaries(st.sampled_from(["en", "zh-Hans"]), texts),
    ingredients=st.lists(lines, max_size=3).map(
        lambda found: tuple(
            IngredientLine(number, *(getattr(line, name) for name in line.__struct_fields__[1:]))
            for number, line in enumerate(found, 1)
        )
    ),
    image=st.none() | images,
    derived=derived,
    quality=st.lists(texts, max_size=3).map(tuple),
    content_hash=texts,
    observed_at=times,
    withdrawn_at=times | st.none(),
    lineage=st.builds(
        Lineage,
        bucket=texts,
        key=texts,
        version_id=texts,
        position=st.integers(0, 10**12),
        transform_version=st.integers(1, 99),
    ),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(drinks, max_size=4, unique_by=lambda drink: drink.id))
def test_drinks_come_out_as_they_went_in(open_catalogue, given_drinks):
    catalogue = open_catalogue(given_drinks)
    ids = [drink.id for drink in given_drinks]

    assert catalogue.drinks(ids) == given_drinks
    assert list(catalogue.all_drinks()) == sorted(
        given_drinks, key=lambda drink: (name_key(drink.name), drink.id)
    )
    catalogue.close()


def test_the_tables_have_the_columns_that_rows_fill(open_catalogue):
    catalogue = open_catalogue([])

    with catalogue._connections.borrow() as connection:  # noqa: SLF001 - looks into the file
        columns = {
            table: [name for _, name, *_ in connection.execute(f"PRAGMA table_info({table})")]
            for table in ("drinks", "drink_ingredients")
        }
        ((format_,),) = connection.execute("PRAGMA user_version")

    assert sorted(columns["drinks"]) == sorted(("row", *DRINK_COLUMNS))
    assert tuple(columns["drink_ingredients"]) == LINE_COLUMNS, "lines are read by place"
    assert format_ == schema.FORMAT


def test_many_drinks_stream_in_name_order_whatever_their_ids(open_catalogue, new_drink):
    number = 2 * CHUNK + 1
    names = [f"Drink {place % 7}" for place in range(number)]
    catalogue = open_catalogue(
        new_drink(name, "Ice", drink_id=f"test:{place}") for place, name in enumerate(names)
    )

    found = [(drink.name, drink.id) for drink in catalogue.all_drinks()]

    assert len(found) == number
    assert found == sorted(found)


def test_drinks_come_in_the_order_asked_for_and_unknown_ones_are_left_out(
    open_catalogue, new_drink
):
    catalogue = open_catalogue([new_drink("A"), new_drink("B")])

    found = catalogue.drinks(["test:B", "nobody", "\ud800", "test:A", "test:B", "test:A\x00"])

    assert [drink.name for drink in found] == ["B", "A", "B"]
    assert catalogue.drink("test:A") == new_drink("A")
    assert catalogue.drink("\udcff") is None
