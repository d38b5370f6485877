"""Build the documentation site from the Markdown in this folder: `build_site.py [REPOSITORY_URL]`.

The site goes to `dist/site`. Links to files outside of this folder become links to the repository.
A link to a page or heading that does not exist fails the build.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

DOCS = Path(__file__).parent
ROOT = DOCS.parent
BUILD = ROOT / "dist" / ".site-source"
SITE = ROOT / "dist" / "site"
REPOSITORY = "https://github.com/mocktailverse/mocktailverse"

LINK = re.compile(r"(\]\()([^)#\s]+)([^)\s]*\))")
PATTERN = re.compile(r'"([\w-]+/\*\.md)"')
FENCED = re.compile(r"(^ *```.*?^ *```)", re.MULTILINE | re.DOTALL)


def main() -> int:
    """Copy the pages, rewrite their links, and build the site; return the exit code."""
    repository = sys.argv[1] if len(sys.argv) > 1 else REPOSITORY
    shutil.rmtree(BUILD, ignore_errors=True)
    pages = BUILD / "docs"
    shutil.copytree(DOCS, pages, ignore=shutil.ignore_patterns("*.py", "__pycache__", "*.toml"))
    for page in pages.rglob("*.md"):
        source = DOCS / page.relative_to(pages)
        page.write_text(for_the_site(page.read_text(), source, repository))
    config = (DOCS / "zensical.toml").read_text().replace("REPOSITORY_URL", repository)
    (BUILD / "zensical.toml").write_text(PATTERN.sub(pages_of, config))
    zensical = ROOT / ".venv" / "site" / "bin" / "zensical"
    command = [zensical, "build", "--strict", "--config-file", BUILD / "zensical.toml"]
    built = subprocess.run(command, check=False)  # noqa: S603 - our own tool
    if built.returncode == 0:
        shutil.rmtree(SITE, ignore_errors=True)
        (BUILD / "site").rename(SITE)
        print(f"To read it: python3 -m http.server --bind 127.0.0.1 --directory {SITE}")
    return built.returncode


def pages_of(pattern: re.Match[str]) -> str:
    """Return the pages that match a pattern of the navigation, without the index."""
    paths = sorted(path.relative_to(DOCS).as_posix() for path in DOCS.glob(pattern[1]))
    return ", ".join(f'"{path}"' for path in paths if not path.endswith("README.md"))


def for_the_site(text: str, page: Path, repository: str) -> str:
    """Return a page's text with its links to files outside of `docs` leading to the repository."""

    def absolute(link: re.Match[str]) -> str:
        start, target, end = link.groups()
        path = (page.parent / target).resolve()
        if ":" in target or not path.exists() or is_in_site(path):
            return link[0]
        kind = "tree" if path.is_dir() else "blob"
        return f"{start}{repository}/{kind}/main/{path.relative_to(ROOT)}{end}"

    parts = FENCED.split(text)  # the odd ones are code
    return "".join(part if i % 2 else LINK.sub(absolute, part) for i, part in enumerate(parts))


def is_in_site(path: Path) -> bool:
    """Whether the built site holds a path of the repository."""
    return path.is_relative_to(DOCS) and path.is_file() and path.suffix not in {".py", ".toml"}


if __name__ == "__main__":
    sys.exit(main())
