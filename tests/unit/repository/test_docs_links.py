"""Every relative link and picture of every Markdown page leads to a file and a heading."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
FENCED = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`[^`]*`")
LINK = re.compile(r"\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)|^\[[^\]]+\]:\s+(\S+)", re.MULTILINE)
HEADING = re.compile(r"^#{1,6} +(.+?) *#*$", re.MULTILINE)


def pages_below(folder: Path) -> list[str]:
    """Every Markdown page, but for those in hidden folders."""
    found = (page.relative_to(folder) for page in folder.rglob("*.md"))
    return sorted(str(page) for page in found if not any(p.startswith(".") for p in page.parts))


def dead_links(page: Path) -> list[str]:
    """The relative links and pictures of a page that lead to no file, or to no heading of it."""
    targets = [
        one or other
        for one, other in LINK.findall(INLINE.sub("", FENCED.sub("", page.read_text())))
    ]
    relative = [target for target in targets if not re.match(r"[a-z]+:", target)]
    return [target for target in relative if not leads_somewhere(page, target)]


def leads_somewhere(page: Path, target: str) -> bool:
    path, _, anchor = target.partition("#")
    found = (page.parent / path) if path else page
    return found.exists() and (not anchor or anchor in anchors(found))


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    text = FENCED.sub("", page.read_text())
    plain = (re.sub(r"[^\w\- ]", "", heading).lower() for heading in HEADING.findall(text))
    return {heading.replace(" ", "-") for heading in plain}


@pytest.mark.parametrize("page", pages_below(ROOT))
def test_a_page_s_links_lead_somewhere(page):
    assert dead_links(ROOT / page) == []


def test_a_dead_link_is_told(tmp_path):
    (tmp_path / "other.md").write_text("# What it *is*, in `code`\n")
    page = tmp_path / "page.md"
    page.write_text(
        "# Here\n[a](other.md) [b](other.md#what-it-is-in-code) [c](#here) [d](https://x.invalid)\n"
        "[![e](e.png)](other.md) [f](no.md) [g](other.md#no) [h](#no)\n`[i](i.md)`\n[j]: j.md\n"
    )
    assert dead_links(page) == ["e.png", "no.md", "other.md#no", "#no", "j.md"]
