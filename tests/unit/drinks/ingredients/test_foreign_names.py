"""Names in other languages are read as English ones, and no decoration makes alcohol harmless."""

import csv
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mocktailverse.drinks import reference
from mocktailverse.drinks.ingredients import canonical_name, match_ingredient, read_name
from mocktailverse.drinks.ingredients.foreign_names import in_english
from mocktailverse.drinks.strength.pours import substance_of

VOCABULARY = list(
    csv.DictReader(
        (Path(reference.__file__).parent / "translations.csv").read_text("utf-8").splitlines()
    )
)
ROLES = {"noun", "alone", "ending", "flavour", "adjective", "article", "of", "join"}


@pytest.mark.parametrize(
    ("foreign", "english"),
    [
        ("jugo de kiwi recién exprimido", "fresh squeezed kiwi juice"),
        ("succo fresco di limone", "fresh lemon juice"),
        ("azúcar negra de caña", "black cane sugar"),
        ("jus d'un citron", "lemon juice"),
        ("refresco limón", "lemon soda"),
        ("eau gazeuse au pamplemousse", "grapefruit soda water"),
        ("Holunderblütensirup", "elderflower syrup"),
        ("Bio-Zitronen", "organic lemon"),
        ("Perrier citron vert", "lime perrier"),
        ("sinaasappelsap", "orange juice"),
        ("vodka con limón", "vodka with lemon"),
        ("alkoholfreies Bier", "alcohol-free beer"),
        ("thé", "tea"),
    ],
)
def test_a_foreign_name_is_translated_in_the_order_of_english(foreign: str, english: str):
    assert in_english(foreign) == english


@pytest.mark.parametrize(
    "name",
    [
        *["lemon juice", "raisin", "the lemon", "rum raisin", "Foo", "", "orange", "latte"],
        *["Liebfraumilch", "leche de pantera", "agua de Valencia", "limón (fresco)", "vino sin"],
        *["light crème de menthe", "framboise", "Mirabelle"],
    ],
)
def test_a_name_that_is_english_or_not_understood_stays(name: str):
    assert in_english(name) is None


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("Zitronensaft", "Lemon juice"),
        ("leche de coco", "Coconut milk"),
        ("menta fresca", "Mint"),
        ("sirop de rhum", "Rum syrup"),
        ("framboises fraîches", "Raspberry"),
        ("Pfefferminzlikör", "Crème de menthe"),
        ("crema de cacao", "Crème de cacao"),
        ("suco de maracujá", "Passion fruit juice"),
        ("hielo al gusto", "Ice"),
    ],
)
def test_a_foreign_name_has_a_canonical_name(raw: str, name: str):
    assert canonical_name(raw) == (name, True)


def test_notes_and_choices_are_read_in_every_language():
    assert read_name("limoni, spremuti").name == "Lemon"
    assert read_name("miel o sirope de agave").alternatives == ("Agave syrup",)


@pytest.mark.parametrize("row", VOCABULARY, ids=[row["english"] for row in VOCABULARY])
def test_every_word_has_a_role_and_a_language(row: dict[str, str]):
    english, role, *languages = row.values()

    assert role in ROLES
    assert english or role == "article"
    assert any(languages)


@pytest.mark.parametrize(
    "row", [row for row in VOCABULARY if row["role"] in {"alone", "flavour"}], ids=str
)
def test_words_with_a_role_of_their_own_are_in_the_reference(row: dict[str, str]):
    assert match_ingredient(row["english"]) or row["english"] == "cane"


ALCOHOLIC = (
    """
vodka|gin|rum|ron|rhum|tequila|whisky|brandy|cognac|Wodka|Weinbrand|Schnaps|Himbeergeist|Eierlikör
Pfefferminzlikör|licor de café|crème de menthe|crema de cacao|vermouth|vermut rojo|vino tinto
vin blanc|Rotwein|Sekt|champagne|cava|cerveza|bière|Bier|birra|sidra|cidre|Apfelwein|Aperol|Baileys
Smirnoff|Absolut|sake|soju|pisco|cachaça|pinga|grappa|limoncello|Glühwein|sangria|ginebra|coñac
eau-de-vie|ouzo|Kirschwasser|Zwetschgenwasser|vinho|vodca|wijn|vin rosé|jenever|White Claw
Mike's Hard Lemonade|Malibu|triple sec|porto|Weinschorle|Tinto de verano|Orujo|Pacharán|Mistela
Obstler|hierbas ibicencas|Marillenbrand|Zirbenschnaps|Kräuterlikör|pulque|Licor 43
""".replace("\n", "|")
    .strip("|")
    .split("|")
)
DECORATIONS = (
    """
{} de limón|{} con limón|limón y {}|{} fresca|frischer {}|{} Minze|Zitrone {}|{} Saft|{} au citron
{} à la menthe|sirop et {}|{} casero|{} alla pesca|menta {}|agua con {}|zumo y {}|{} bio|{} orange
{} & soda|{} lemonade|mango {}|light {}|low alcohol {}|{} sugar free|zero sugar {}|0% fat {}
{}, chilled|orange, {}|{} gluten free|vanilla {}|{} milk|{} tea|virgin islands {}
{} (omit for virgin)|juice or {}|jugo o {}|leche con {}|coco {}|Erdbeer {}|{} Perrier|Fanta {}
Sprite {}|{} strawberry|Vittel {}|Haribo {}|Red Bull {}|{} cream|no ice {}|{} sin azúcar
{} sans sucre|{} ohne Zucker|sin hielo {}|{} not chilled|not cold {}
""".replace("\n", "|")
    .strip("|")
    .split("|")
)


@given(st.sampled_from(ALCOHOLIC), st.sampled_from(DECORATIONS))
def test_no_decoration_makes_an_alcoholic_name_harmless(name: str, decoration: str):
    assert substance_of(decoration.format(name)).alcoholic is not False


@pytest.mark.parametrize("text", ["saft" * 9, "saft" * 70, "de " * 90, "zitronen" * 30 + "saft"])
def test_long_texts_are_read_in_little_time(text: str):
    start = time.process_time()
    in_english(text)

    assert time.process_time() - start < 0.1


@given(st.text(max_size=40))
def test_any_text_is_translated_or_left(text: str):
    english = in_english(text)

    assert english is None or english.strip()
