"""What is written into a catalogue comes out the same, to the last field."""

from hypothesis import given, settings
from hypothesis import strategies as st

from mocktailverse.catalogue import schema
from mocktailverse.catalogue.rows import DRINK_COLUMNS, LINE_COLUMNS, name_key
from mocktailverse.catalogue.stored_drinks import CHUNK
from strategies.drinks import drinks


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
        ((page_size,),) = connection.execute("PRAGMA page_size")

    assert sorted(columns["drinks"]) == sorted(("row", *DRINK_COLUMNS))
    assert tuple(columns["drink_ingredients"]) == LINE_COLUMNS, "lines are read by place"
    assert format_ == schema.FORMAT
    assert page_size == schema.PAGE_SIZE


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
