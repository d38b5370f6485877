"""The paths that `stack.json` can contain."""

from pathlib import Path

import pytest

from mocktailverse.errors import UsageError
from mocktailverse.local.state import path_text


def test_a_path_with_spaces_and_umlauts_is_text(tmp_path):
    assert path_text(tmp_path / "Größe in ml") == str(tmp_path / "Größe in ml")
    assert path_text(None) is None


def test_a_path_that_the_locale_cannot_decode_gives_an_error_that_says_what_to_do():
    with pytest.raises(UsageError, match=r"locale.*LC_ALL=C\.UTF-8"):
        path_text(Path("/tmp/\udcc3\udcbc"))  # noqa: S108 - no file is written there
