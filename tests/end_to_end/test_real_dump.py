"""A real dump of TheCocktailDB loads completely, if there is one on this machine."""

import json

from strategies.private_records import needed


def records_in(path):
    content = json.loads(path.read_bytes())
    return content["drinks"] if isinstance(content, dict) else content


def test_every_record_of_the_dump_is_counted_and_a_second_ingest_changes_nothing(pipeline, cli):
    full = needed("thecocktaildb_full.json")
    number = len(records_in(full))
    (first,) = cli("ingest", full, "--wait", "--json").json["loads"]
    assert first["read"] == number
    assert first["loaded"] + first["unchanged"] + first["stale"] == number
    before = {register.drink.id: register.drink for register in pipeline.drinks.all()}
    assert len(before) == first["loaded"]

    (second,) = cli("ingest", full, "--wait", "--json").json["loads"]

    assert (second["read"], second["loaded"], second["unchanged"]) == (number, 0, number)
    after = {register.drink.id: register.drink for register in pipeline.drinks.all()}
    assert {drink_id: drink.content_hash for drink_id, drink in after.items()} == {
        drink_id: drink.content_hash for drink_id, drink in before.items()
    }
    assert pipeline.verify().ok


def test_the_records_of_an_older_dump_load(pipeline, cli):
    extra = needed("thecocktaildb_legacy_extra.json")
    number = len(records_in(extra))
    (load,) = cli("ingest", extra, "--wait", "--json").json["loads"]
    assert load["status"] == "done"
    assert load["read"] == number
    assert load["rejected"] == 0
    assert pipeline.verify().ok
