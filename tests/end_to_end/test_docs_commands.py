"""What the docs say of commands is true: they run and print what is shown, or at least exist.

CONTRIBUTING.md tells writers of docs the rules that are checked here.
"""

import contextlib
import functools
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import psutil
import pytest
from typer.main import get_command

from mocktailverse.checkout import find_checkout
from mocktailverse.cli.main import app
from mocktailverse.local import deploying
from worlds.processes import processes_of

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
NAME = "mocktailverse"
COLUMNS = 110
PAGE_TIMEOUT_S = 580  # just below pytest's own, so that the page's processes are still ended
NOWHERE = "http://127.0.0.1:9"
END = "\x1e"

FENCE = re.compile(r"^ *```(\w*)")
FENCED = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
SHELL = {"", "sh", "bash", "shell"}
EXIT_MARK = re.compile(r"# exits with (\d+)$")
WRITTEN = re.compile(rf"(?<![\w./-])(?:\.venv/bin/)?{NAME} +([^|;&<>)\n]*)")
IN_PROSE = re.compile(rf"`(?:\.venv/bin/)?{NAME}\s+([^`|]*)`")
WORD = re.compile(r"\w(?:[\w:.,/+@-]*\w)?")
SECONDS = re.compile(r"\b[\d.]+ (?=m?s\b)")
NUMBER = re.compile(r"\d{1,7}|\d{1,3}(,\d{3})+|\d{1,7}\.\d+")

PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
DOCS = sorted(str(page.relative_to(ROOT)) for page in PAGES)
RUN = [page for page in DOCS if "```console" in (ROOT / page).read_text()]


# ---- what a page says


class Block(NamedTuple):
    """A fenced block: its info string, and its lines with their numbers in the page."""

    info: str
    lines: list[tuple[int, str]]


class Step(NamedTuple):
    """A command that a page shows, how it has to end, and what the page shows as its output."""

    line: int
    command: str
    exit_code: int
    shown: list[str]


def blocks(text: str) -> Iterator[Block]:
    """The fenced blocks of a page, in order."""
    open_block: Block | None = None
    for number, line in enumerate(text.splitlines(), 1):
        fence = FENCE.match(line)
        if fence and open_block:
            yield open_block
            open_block = None
        elif fence:
            open_block = Block(fence[1], [])
        elif open_block:
            open_block.lines.append((number, line))
    assert open_block is None, "a block is never closed"


def steps(text: str) -> list[Step]:
    """The commands of all `console` blocks; a command goes on after a backslash, and with `> `."""
    found: list[Step] = []
    for block in blocks(text):
        if block.info != "console":
            continue
        assert block.lines[0][1].startswith("$ "), f"line {block.lines[0][0]}: no command"
        goes_on = False
        for number, line in block.lines:
            if line.startswith("$ "):
                found.append(Step(number, line[2:], 0, []))
            elif goes_on or (line.startswith("> ") and not found[-1].shown):
                more = line.removeprefix("> ")
                found[-1] = found[-1]._replace(command=f"{found[-1].command}\n{more}")
            elif line.strip():
                found[-1].shown.append(line)
            goes_on = found[-1].command.endswith("\\") and not found[-1].shown
    marks = [EXIT_MARK.search(step.command) for step in found]
    return [
        step._replace(exit_code=int(mark[1])) if mark else step
        for step, mark in zip(found, marks, strict=True)
    ]


# ---- commands that run


def surroundings(folder: Path) -> dict[str, str]:
    """The environment of a page's commands: its own folders, no account, no way out."""
    proxies = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), NOWHERE)
    return {
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "LANG": "C.UTF-8",
        "COLUMNS": str(COLUMNS),
        "MOCKTAILVERSE_STATE_DIR": str(folder / "state"),
        "no_proxy": "127.0.0.1,localhost",
        "AWS_EC2_METADATA_DISABLED": "true",
        **proxies,
    }


def perform(todo: list[Step], folder: Path) -> list[str]:
    """Run the commands in one shell; what is wrong, up to the first that ends as it should not."""
    desk = folder / "desk"
    shutil.copytree(ROOT / "data" / "raw", desk / "data" / "raw")
    script = "set -o pipefail\n" + "".join(
        f"eval {shlex.quote(step.command)}\n"
        f"ended=$?; printf '\\n{END}%s\\n' $ended; [ $ended = {step.exit_code} ] || exit\n"
        for step in todo
    )
    log = folder / "log"
    try:
        with log.open("wb") as output, contextlib.suppress(subprocess.TimeoutExpired):
            subprocess.run(
                ["bash", "-c", script],
                cwd=desk,
                env=surroundings(folder),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
                timeout=PAGE_TIMEOUT_S,
            )
    finally:
        left = clean_up(folder)
    *printed, rest = re.split(rf"\n{END}(\d+)\n", log.read_text(errors="replace"))
    told = list(zip(printed[::2], map(int, printed[1::2]), strict=True))
    wrong = [
        problem for step, done in zip(todo, told, strict=False) for problem in judge(step, *done)
    ]
    if not wrong and len(told) < len(todo):
        wrong.append(f"line {todo[len(told)].line}: the page got no further: {rest}")
    return wrong + [f"left running: {process}" for process in left]


def judge(step: Step, printed: str, code: int) -> Iterator[str]:
    """What is wrong with a command's end, or with its output."""
    told = f"line {step.line}: {step.command}"
    if code != step.exit_code:
        yield f"{told}\nexits with {code}, not {step.exit_code}: {printed}"
        return
    left = iter(printed.splitlines())
    for line in step.shown:
        if not any(is_shown_by(line, real) for real in left):
            yield f"{told}\ndoes not print (in this order): {line}\nbut:\n{printed}"
            return


def is_shown_by(shown: str, real: str) -> bool:
    """Whether a page's line stands for a printed one."""
    return any(pattern(form(shown)).fullmatch(form(real)) for form in (even, masked))


def pattern(shown: str) -> re.Pattern[str]:
    """What a line may be, where `...` stands for anything."""
    return re.compile(".*".join(re.escape(part) for part in re.split(r" ?\.\.\. ?", shown)))


def even(line: str) -> str:
    """The line with one space where there are several, and one dash for a table's rule."""
    return re.sub("─+", "─", " ".join(line.split()))


def masked(line: str) -> str:
    """The line without what differs from run to run.

    That is words that mix digits with others (times, ids, addresses), and seconds taken.
    """

    def mask(word: re.Match[str]) -> str:
        varies = re.search(r"\d", word[0]) and not NUMBER.fullmatch(word[0])
        return "#" if varies else word[0]

    return WORD.sub(mask, SECONDS.sub("# ", even(line)))


def clean_up(folder: Path) -> list[str]:
    """Stop the page's stack, then whatever else still runs in its folder; the latter's names."""
    down = [BIN / NAME, "down"]
    subprocess.run(down, env=surroundings(folder), capture_output=True, check=False)
    found = processes_of(folder)
    names = [" ".join(process.cmdline()) for process in found]
    for process in found:
        process.kill()
    psutil.wait_procs(found, timeout=60)
    return names


# ---- commands that are only written


@functools.cache
def idle_command():
    """The command line as it is, but that no command does anything."""
    root = get_command(app)
    waiting = [root]
    while waiting:
        command = waiting.pop()
        inner = list(getattr(command, "commands", {}).values())
        waiting += inner
        if not inner:
            command.callback = lambda **_: None
    return root


def refusal(arguments: list[str]) -> str | None:
    """What the command line says against arguments; None where it takes them."""
    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
        try:
            idle_command().main(arguments, prog_name=NAME)
        except SystemExit as ended:
            return said.getvalue() if ended.code else None
    return None


def misspelt(text: str) -> list[str]:
    """The commands in blocks that are not run, and in prose, that the command line refuses.

    In a block two spaces end a command: what comes after them explains it. Prose may leave
    arguments out, so `--help` is asked for there, which looks at names alone.
    """
    lines = "\n".join(
        line for block in blocks(text) if block.info in SHELL for _, line in block.lines
    )
    in_blocks = [re.split(r"\s{2,}", found)[0] for found in WRITTEN.findall(joined(lines))]
    in_prose = IN_PROSE.findall(FENCED.sub("", text))
    asked = [(found, words(found)) for found in in_blocks]
    asked += [(found, [*words(found), "--help"]) for found in in_prose]
    said = ((found, refusal(arguments)) for found, arguments in asked if arguments[0] != "...")
    return [f"{NAME} {found}: {refused}" for found, refused in said if refused]


def joined(lines: str) -> str:
    """The lines, with those made one that a backslash joins."""
    return re.sub(r"\\\n\s*", "", lines)


def words(written: str) -> list[str]:
    """The words of a command line; a quotation mark of the shell around it may be left over."""
    if written.count('"') % 2:
        written = written.rstrip().removesuffix('"')
    return shlex.split(written, comments=True) or ["--help"]


# ---- the pages


@pytest.fixture
def _functions():
    """The functions' zip, built before the network is out of reach: uv's cache may lack a part."""
    deploying.build(find_checkout(), lambda _step: None)


@pytest.mark.usefixtures("_functions")
@pytest.mark.parametrize("page", RUN)
def test_a_page_s_commands_do_what_it_shows(page, tmp_path):
    wrong = perform(steps((ROOT / page).read_text()), tmp_path)
    assert not wrong, "\n".join([page, *wrong])


@pytest.mark.parametrize("page", DOCS)
def test_the_commands_that_a_page_names_exist(page):
    assert misspelt((ROOT / page).read_text()) == []


# ---- the checks themselves


def run_page(page: str, folder: Path) -> str:
    return "\n".join(perform(steps(f"```console\n{page}\n```\n"), folder))


def test_a_page_that_is_true_passes(tmp_path):
    page = """\
$ ls data/raw/*.csv
data/raw/punches.csv
$ text="1 1/2 oz"; mocktailverse measure \\
>   "$text"
 unit  oz
 ml_min  44.3603
...
 certainty  exact
$ mocktailverse verify  # exits with 3
Error: No local stack runs in ... Start it: mocktailverse up"""
    assert run_page(page, tmp_path) == ""


@pytest.mark.parametrize(
    ("page", "complaint"),
    [
        ("$ mocktailverse mesure 1", "No such command"),
        ("$ mocktailverse measure --ounces 1", "exits with 2, not 0"),
        ("$ true  # exits with 1", "exits with 0, not 1"),
        ("$ false | cat", "exits with 1, not 0"),
        ('$ echo "', "exits with"),
        ("$ exit 0", "the page got no further"),
        ("$ printf 'a\\nb\\n'\nb\na", "does not print (in this order): a"),
        ("$ echo 7 rejected\n8 rejected", "does not print"),
        ("$ echo done at 11:30\nfailed at 11:31", "does not print"),
        ("$ sleep 300 &", "left running: sleep 300"),
    ],
)
def test_a_page_that_is_false_is_told(page, complaint, tmp_path):
    assert complaint in run_page(page, tmp_path)


def test_times_ids_and_addresses_may_differ_but_numbers_may_not():
    shown = "11-23 01:15:02 load f968a508aa15 at http://127.0.0.1:8055, read 7 of 1,000 in 12 s"
    real = "11-24 23:59:59 load 0c68a5dd8a17 at http://127.0.0.1:1234, read 7 of 1,000 in 3.2 s"
    assert is_shown_by(shown, real)
    assert not is_shown_by(shown, real.replace("read 7", "read 8"))
    assert not is_shown_by(shown, real.replace("1,000", "2,000"))


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ("```sh\nmocktailverse uppp\n```", "No such command"),
        ("```sh\nx=$(.venv/bin/mocktailverse drinks fetch 1)\n```", "No such command"),
        ("```sh\nmocktailverse up --detached  # starts it\n```", "No such option"),
        ("```\nmocktailverse measure       shows a measure\n```", "Missing argument"),
        ("```sh\nmocktailverse trace 1 2\n```", "unexpected extra argument"),
        ("```sh\nmocktailverse loads --status\n```", "requires an argument"),
        ("Run `mocktailverse fech`.", "No such command"),
        ("Run `mocktailverse loads --for-ever`.", "No such option"),
    ],
)
def test_a_command_that_there_is_not_is_told(written, complaint):
    assert complaint in " ".join(misspelt(written))


def test_commands_that_exist_are_taken():
    page = """\
```
mocktailverse ingest FILE... --wait         json, ndjson or csv; told by content
MOCKTAILVERSE_SOURCE_KEY=... .venv/bin/mocktailverse deploy --env prod   # --nothing
eval "$(.venv/bin/mocktailverse outputs --exports)" | head
mocktailverse loads --status \\
  failed
```
`mocktailverse drinks get`, `mocktailverse cost --drinks-per-month N`, `mocktailverse-prod`"""
    assert misspelt(page) == []
