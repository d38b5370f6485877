"""Every relative link and picture of every Markdown page leads to an existing file and heading."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
FENCED = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`[^`]*`")
LINK = re.compile(r"\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)|^\[[^\]]+\]:\s+(\S+)", re.MULTILINE)
HEADING = re.compile(r"^#{1,6} +(.+?) *#*$", re.MULTILINE)


def pages_below(folder: Path) -> list[str]:
    """Return every Markdown page except those in hidden folders."""
    pages = (page.relative_to(folder) for page in folder.rglob("*.md"))
    return sorted(str(page) for page in pages if not any(p.startswith(".") for p in page.parts))


def dead_links(page: Path) -> list[str]:
    """Return the relative links and pictures of a page without an existing file or heading."""
    targets = [
        one or other
        for one, other in LINK.findall(INLINE.sub("", FENCED.sub("", page.read_text())))
    ]
    relative = [target for target in targets if not re.match(r"[a-z]+:", target)]
    return [target for target in relative if not is_valid_link(page, target)]


def is_valid_link(page: Path, target: str) -> bool:
    path, _, anchor = target.partition("#")
    target_page = (page.parent / path) if path else page
    return target_page.exists() and (not anchor or anchor in anchors(target_page))


def anchors(page: Path) -> set[str]:
    """Return the anchors of the headings of a page, as GitHub generates them."""
    text = FENCED.sub("", page.read_text())
    plain = (re.sub(r"[^\w\- ]", "", heading).lower() for heading in HEADING.findall(text))
    return {heading.replace(" ", "-") for heading in plain}


@pytest.mark.parametrize("page", pages_below(ROOT))
def test_every_link_of_a_page_is_valid(page):
    assert dead_links(ROOT / page) == []


def test_a_dead_link_is_reported(tmp_path):
    (tmp_path / "other.md").write_text("# What it *is*, in `code`\n")
    page = tmp_path / "page.md"
    page.write_text(
        "# Here\n[a](other.md) [b](other.md#what-it-is-in-code) [c](#here) [d](https://x.invalid)\n"
        "[![e](e.png)](other.md) [f](no.md) [g](other.md#no) [h](#no)\n`[i](i.md)`\n[j]: j.md\n"
    )
    assert dead_links(page) == ["e.png", "no.md", "other.md#no", "#no", "j.md"]
