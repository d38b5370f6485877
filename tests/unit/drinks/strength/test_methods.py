"""The method of preparation, read from instructions."""

import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mocktailverse.drinks.strength.methods import preparation_of


@pytest.mark.parametrize(
    ("instructions", "method"),
    [
        ("Shake all ingredients with ice, strain into a cocktail glass.", "shaken"),
        ("Shake with ice and strain. Fill with soda and stir.", "shaken"),
        ("Muddle the mint in a shaker, add the rum and shake.", "shaken"),
        ("Shaken, not stirred", "shaken"),
        ("Shake or stir with ice, strain.", "shaken"),
        ("Stir or shake with ice, strain.", "stirred"),
        ("Stir all ingredients with ice and strain into a coupe.", "stirred"),
        ("Pour into a mixing glass with ice. Stir. Strain.", "stirred"),
        ("Do not shake! Stir over ice, strain.", "stirred"),
        ("Blend with crushed ice until smooth.", "blended"),
        ("Blend rum, strawberries and lime with ice.", "blended"),
        ("Heat the wine with spices. Serve hot.", "built"),
        ("Stir the whiskey into hot coffee and float the cream.", "built"),
        ("Drop the shot into the beer.", "built"),
        ("Pour the lager, then the cider.", "built"),
        ("Boil sugar and water; leave it for two weeks.", None),
        ("Prepare in a blender or shaker.", "blended"),
        ("Throw everything into a blender and liquify.", "blended"),
        ("Muddle mint with sugar, fill the glass with ice, add rum.", "muddled"),
        ("Layer in a shot glass.", "layered"),
        ("Pour the cream over the back of a spoon. Do not stir.", "layered"),
        ("Pour into a glass filled with ice. Stir gently.", "built"),
        ("Stir into glass over ice, garnish and serve.", "built"),
        ("Build all ingredients in a highball.", "built"),
        ("Pour the blended whiskey over ice in a tumbler.", "built"),
        ("Add a shake of pepper to the glass.", "built"),
        ("Don't shake.", None),
        ("Combine in a jar. Shake daily for two weeks.", "built"),
        ("Enjoy responsibly.", None),
        ("Mélanger doucement.", None),
        ("", None),
        (None, None),
    ],
)
def test_the_method_is_the_step_that_melts_the_ice(instructions, method):
    assert preparation_of(instructions).method == method


@pytest.mark.parametrize(
    ("text", "ice"),
    [("over ICE cubes", True), ("on the rocks", True), ("vanilla ice-cream", False), (None, False)],
)
def test_ice_cream_is_not_ice(text, ice):
    assert preparation_of(text).ice_named is ice


@given(st.text(max_size=3000))
def test_any_instructions_have_a_preparation(text):
    assert preparation_of(text) == preparation_of(text)


@pytest.mark.parametrize(
    ("instructions", "method"),
    [
        ("Add the milk. Blend, and\nstir.", "blended"),
        ("Make a milk shake, pour it into a glass.", "built"),
        ("Stir with a cinnamon\tstirring-stick in a mug.", "built"),
        ("Salt the rim with a salt  shaker. Stir with ice, pour off.", "stirred"),
        ("Top a glass with 2 oz. of soda instead of shaking.", "built"),
        ("Stir over ice in a mug, pour the rest.", "built"),
        ("Stir in the gin. Stir on ice. Pour.", "stirred"),
        ("Muddl\u00e9, muddle.", "muddled"),
        ("SHAKE\u2014HARD", "shaken"),
        ("Shak\u00e9 in a glass, add ice.", "built"),
        ("Float each over the back of a barspoon.", "layered"),
        ("Mix in a food\nprocessor, or shake.", "blended"),
        ("Drop one on top of each other.", "built"),
    ],
)
def test_only_whole_words_count_with_any_spacing(instructions, method):
    assert preparation_of(instructions).method == method


words = st.sampled_from(
    """
    shake shaken, Shaker shaking. milkshake stir stirred stir, stirs stirring. stirrer blend
    blended blender. liquify puree in to of off out not don't without instead never muddle mashed
    mash layer layers layered spoon spoonful back over the a float each order or with on ice ice,
    ice-cream rocks frozen iced strain pour. pour add fill filled top topped up glass. glass mug
    mixing bar other until daily, every boil warm 2 oz. tsp. salt milk; whiskey
    """.split()  # noqa: SIM905 - a word list reads better than quoted strings
)
texts = st.lists(words, max_size=25).map(" ".join)


@pytest.mark.parametrize(
    ("instructions", "method"),
    [
        ("Stir with ice.", "stirred"),
        ("Stir well and serve.", "stirred"),
        ("Stir", "stirred"),
        ("Stir with ice. Serve in a glass.", "stirred"),
        ("Stir with ice in a glass.", "built"),
        ("Stir well in a mug and serve.", "built"),
        ("Stir in a bar glass.", "stirred"),
        ("Stir in a mixing glass.", "stirred"),
        ("Stir in the glass with a bar spoon.", "built"),
        ("Serve in a glass with a stirring stick. Strain.", "built"),
        ("Serve in a glass with a stir stick. Strain.", "built"),
        ("Put a cinnamon stick in a glass. Stir and strain.", "stirred"),
        ("Stir over heat and strain.", "built"),
        ("Without shaking stir with ice.", "stirred"),
    ],
)
def test_a_drink_is_stirred_if_it_leaves_its_first_glass(instructions, method):
    assert preparation_of(instructions).method == method


WORDS_OF_METHODS = """
shaken    Shake; Shaken; One shakes it; Put in a shaker; Two shakers; By shaking
blended   Blend; In a blender; Two blenders; Blended; Blending; One blends it; Whiz; Whizz
blended   Liquefy; Liquify; Liquidise; Liquidize; Food processor; Puree in a bowl; Puree with it
blended   Purée until smooth
muddled   Muddle; Muddled; Mash
layered   Layer; In layers; Layered; By layering; As a pousse cafe; Pour over a spoon
layered   Over the back of a bar spoon; Back of a long spoon; Float each; Float in order
built     Pour it in a glass; In glasses pour; In a mug pour; In mugs pour; In a cup pour
built     Pour in cups; Poured in a glass; Adding it to a glass
built     Pour in a jar; Pour in a bowl; Pour in a pitcher; Pour in a flute; Pour in a goblet
built     Pour in a tumbler; Pour in a snifter; Pour in a highball; Pour in a collins; Pour on rocks
built     Pour on ice; Built in a glass; Add to a glass; Fill a glass; Top a glass; Put in a glass
built     Place in a glass; Combine in a glass; Mix in a glass; Drop in a glass; Dissolve in a glass
built     Stir in a glass; Serve in a glass; Build it; It is built; Top up with it; Topped off
built     Drop on each other
none      Drinks for nobody; Drinks for a spoon; At the bar; Others; A glass; A big mug; Pour it
"""
PHRASES = [
    (phrase.strip(), None if method == "none" else method)
    for row in WORDS_OF_METHODS.strip().splitlines()
    for method, phrases in [row.split(maxsplit=1)]
    for phrase in phrases.split(";")
]


@pytest.mark.parametrize(("phrase", "method"), PHRASES)
def test_every_word_for_a_method_is_known(phrase, method):
    assert preparation_of(phrase).method == method


@pytest.mark.parametrize("unit", ["oz", "tsp", "tbsp", "tblsp", "cl", "ml", "no"])
def test_an_abbreviation_does_not_end_a_sentence(unit):
    assert preparation_of(f"Stir 2 {unit}. of gin in a glass.").method == "built"


@pytest.mark.parametrize(
    "denial",
    [
        *["do not", "don't", "don\u2019t", "dont", "never", "without", "no need to", "instead of"],
        *["rather than", "do not in any way", "never ever"],
    ],
)
@pytest.mark.parametrize("step", ["shake", "stir", "blend", "muddle", "layer"])
def test_a_denied_step_is_not_a_method(denial, step):
    assert preparation_of(f"Gin; {denial} {step}.").method is None


@pytest.mark.parametrize(
    "sound",
    [
        *["milk shake", "milkshake", "milk-shakes", "a shake of salt", "two shakes of salt"],
        *["the salt shaker", "a pepper shaker", "shake daily", "shaking it every day"],
        *["shake each day", "shake occasionally", "shake several times", "shake once a week"],
        *["blended whiskey", "blend scotch", "blended rum", "blended malt", "blended irish"],
        *["blended canadian", "blended bourbon", "a blend of rums", "enough to blend"],
        *["shake out the bag", "shaken off", "until well blended", "till blended", "til blended"],
        *["flavours are blended", "it is blended", "stir stick", "stirring sticks", "a stirrer"],
        *["stirrers", "a layer of foam", "milk -shake", "shake of it"],
    ],
)
def test_a_phrase_that_only_sounds_like_a_method_is_not_one(sound):
    assert preparation_of(f"Gin. {sound}.").method is None


def test_a_real_step_next_to_such_a_phrase_counts():
    assert preparation_of("Pour the milkshake over ice. Shake.").method == "shaken"
    assert preparation_of("Stir blended whiskey. Strain.").method == "stirred"
    assert preparation_of("Shake, and drink daily.; stir").method is None
    assert preparation_of("Shake. Drink daily.").method == "shaken"


def test_the_first_of_shaking_and_blending_counts():
    assert preparation_of("Shake, then blend.").method == "shaken"
    assert preparation_of("Blend, then shake.").method == "blended"


def test_only_the_beginning_is_read_for_the_method():
    assert preparation_of("a" * 1994 + " shake").method == "shaken"
    assert preparation_of("a" * 1995 + " shake").method is None
    assert preparation_of("a" * 1995 + " ice, filled").ice_named
    assert preparation_of("a" * 1995 + " ice, filled").filled


@pytest.mark.parametrize(
    ("text", "ice"),
    [
        *[(f"{word} glass", True) for word in ("iced", "frozen", "ice", "ice, ", "on the rocks")],
        *[(word, False) for word in ("dice", "rocks", "icecream", "ice cream", "ice-cream", "icy")],
        ("ice cream, then ice", True),
    ],
)
def test_ice_is_recognized_in_every_form(text, ice):
    assert preparation_of(text).ice_named is ice


@pytest.mark.parametrize(
    ("instructions", "method"),
    [
        ("Stir with ice, strain into a glass.", "stirred"),
        ("Strain into a glass and stir.", "built"),
        ("Stir with ice in a jar. Pour into a glass.", "built"),
        ("Stir over crushed ice in a jar. Pour into a glass.", "built"),
        ("Stir with crushed ice. Then pour into a glass.", "stirred"),
        ("Pour into a glass. Stir with ice in a jar.", "built"),
        ("Stir in the jar with ice. Pour into a glass.", "built"),
        ("Stir in a glass. Pour in soda.", "built"),
        ("One stirs in a glass. Strain.", "built"),
        ("Warm in a pan, stir and strain into a mug.", "built"),
        ("Stir and strain into a mug of boiling water.", "built"),
        ("Stir in a saucepan. Pour into a mug.", "built"),
        ("Stir well. Pour in the glass.", "stirred"),
        ("Combine in a mixing glass; add ice.", "built"),
        ("Combine in a mixing glass, then stir in the glass.", "stirred"),
        ("Combine in a bar glass, then stir in the glass.", "stirred"),
    ],
)
def test_stirring_counts_if_the_drink_leaves_its_ice(instructions, method):
    assert preparation_of(instructions).method == method


@given(texts)
def test_words_without_a_meaning_of_their_own_do_not_change_the_method(text):
    """They only trigger patterns that are skipped if the text has none of their words."""
    clues = "; oz tsp, no; not, don; milk, salt, each, once, out, off; or; bar, other; float"

    assert preparation_of(f"{text} {clues}").method == preparation_of(f"{text} ; vodka").method


@given(texts, st.sampled_from([str.upper, str.title, lambda text: text.replace(" ", "\n\t ")]))
def test_case_and_white_space_do_not_change_the_method(text, change):
    assert preparation_of(change(text)).method == preparation_of(text).method


def test_only_a_space_is_both_white_space_and_printable():
    """Therefore a printable text without double spaces needs no splitting."""
    white = [char for char in map(chr, range(sys.maxunicode + 1)) if char.isspace()]

    assert [char for char in white if char.isprintable()] == [" "]


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("Fill with soda.", True),
        ("TOPPED up", True),
        ("stuffing, topple it", False),
        ("fillet", False),
        (None, False),
    ],
)
def test_filling_up_is_detected_by_its_words(text, filled):
    assert preparation_of(text).filled is filled


TIME_LIMIT_S = 0.02
"""More than ten times the time of the slowest text."""


def minimum_time(text: str) -> float:
    """Return the minimum CPU time of three runs, which other work on the machine affects least."""
    times = []
    for _ in range(3):
        started = time.process_time()
        preparation_of(text)
        times.append(time.process_time() - started)
    return min(times)


@pytest.mark.parametrize(
    "unit",
    ["shake shake not not ", "a ", "every; shak a ", "stir on ice ", "stir. ", "stir in ", "not a ",
     "back of a ", "until a ", "salt shake ", "oz.", "\n", "with ice in stir "],
)  # fmt: skip
@pytest.mark.parametrize("start", ["", "daily ", "spoon back of the "])
def test_hostile_instructions_take_little_time(start, unit):
    assert minimum_time(start + unit * (2000 // len(unit))) < TIME_LIMIT_S


@pytest.mark.parametrize("start", ["shak", "stir", "back of a ", "until ", "stir with "])
def test_a_very_long_word_takes_little_time(start):
    assert minimum_time(f"daily {start}{'a' * 1980}") < TIME_LIMIT_S


@pytest.mark.parametrize(
    ("instructions", "method"),
    [
        ("Mix together and enjoy", "built"),
        ("Add the rum. Add the juice.", "built"),
        ("Just mix the two liquids.", "built"),
        ("Combine rum and cola!", "built"),
        ("Same as a Mojito, but you add gin.", None),
        ("Combine all. Keep it for 2 weeks.", None),
        ("Mix and heat.", "built"),
        ("Enjoy the mix.", None),
    ],
)
def test_a_drink_that_is_only_put_together_is_built(instructions: str, method: str | None):
    assert preparation_of(instructions).method == method


@pytest.mark.parametrize(
    ("instructions", "is_hot"),
    [
        ("Add boiling water to the rum.", True),
        ("Heat the milk, pour it into a mug.", True),
        ("Pour hot coffee into a cup, add whiskey.", True),
        ("Boil the water, let it cool, pour into a glass.", False),
        ("Heat the syrup. Shake with ice.", False),
        ("Dissolve sugar in warm water, fill the glass with ice.", False),
        ("Pour into a glass.", False),
    ],
)
def test_a_heated_drink_is_hot_unless_it_is_cooled(instructions: str, is_hot):
    assert preparation_of(instructions).is_hot is is_hot


def test_the_text_after_straining_is_late():
    text = "Shake with ice, strain. Top with soda."

    assert text[preparation_of(text).late_from :] == "strain. Top with soda."
    assert preparation_of("Shake with ice. Top with soda.").late_from is None
    assert preparation_of("Strain the juice into a glass. Add soda.").late_from is None
