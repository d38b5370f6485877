"""The commands in the docs are right: they run and print what a page shows, or at least exist.

CONTRIBUTING.md describes the rules that are checked here.
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

from mocktailverse.checkout import find_checkout
from mocktailverse.cli.main import whole_command
from mocktailverse.local import deploying
from worlds.processes import processes_of

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
NAME = "mocktailverse"
COLUMNS = 110
PAGE_TIMEOUT_S = 580  # just below pytest's own, so that the page's processes are still ended
CLOSED_PORT = "http://127.0.0.1:9"
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


# ---- the commands on a page


class Block(NamedTuple):
    """A fenced block: its info string, and its lines with their numbers in the page."""

    info: str
    lines: list[tuple[int, str]]


class Step(NamedTuple):
    """A command that a page shows, with its expected exit code and output."""

    line: int
    command: str
    exit_code: int
    shown: list[str]


def blocks(text: str) -> Iterator[Block]:
    """Yield the fenced blocks of a page, in order."""
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
    """Return the commands of all `console` blocks.

    A command continues after a backslash, and on lines that start with `> `.
    """
    page_steps: list[Step] = []
    for block in blocks(text):
        if block.info != "console":
            continue
        assert block.lines[0][1].startswith("$ "), f"line {block.lines[0][0]}: no command"
        continues = False
        for number, line in block.lines:
            if line.startswith("$ "):
                page_steps.append(Step(number, line[2:], 0, []))
            elif continues or (line.startswith("> ") and not page_steps[-1].shown):
                more = line.removeprefix("> ")
                page_steps[-1] = page_steps[-1]._replace(
                    command=f"{page_steps[-1].command}\n{more}"
                )
            elif line.strip():
                page_steps[-1].shown.append(line)
            continues = page_steps[-1].command.endswith("\\") and not page_steps[-1].shown
    marks = [EXIT_MARK.search(step.command) for step in page_steps]
    return [
        step._replace(exit_code=int(mark[1])) if mark else step
        for step, mark in zip(page_steps, marks, strict=True)
    ]


# ---- commands that run


def page_environment(folder: Path) -> dict[str, str]:
    """Return the environment of a page's commands: own folders, no AWS account, no network."""
    proxies = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), CLOSED_PORT)
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


def run_steps(page_steps: list[Step], folder: Path) -> list[str]:
    """Run the commands in one shell; return the problems up to the first unexpected exit code."""
    checkout = folder / "checkout"
    shutil.copytree(ROOT / "data" / "raw", checkout / "data" / "raw")
    script = "set -o pipefail\n" + "".join(
        f"eval {shlex.quote(step.command)}\n"
        f"ended=$?; printf '\\n{END}%s\\n' $ended; [ $ended = {step.exit_code} ] || exit\n"
        for step in page_steps
    )
    log = folder / "log"
    try:
        with log.open("wb") as output, contextlib.suppress(subprocess.TimeoutExpired):
            subprocess.run(
                ["bash", "-c", script],
                cwd=checkout,
                env=page_environment(folder),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
                timeout=PAGE_TIMEOUT_S,
            )
    finally:
        left = clean_up(folder)
    *printed, rest = re.split(rf"\n{END}(\d+)\n", log.read_text(errors="replace"))
    results = list(zip(printed[::2], map(int, printed[1::2]), strict=True))
    problems = [
        problem
        for step, result in zip(page_steps, results, strict=False)
        for problem in problems_of(step, *result)
    ]
    if not problems and len(results) < len(page_steps):
        problems.append(f"line {page_steps[len(results)].line}: the page stopped here: {rest}")
    return problems + [f"left running: {process}" for process in left]


def problems_of(step: Step, printed: str, code: int) -> Iterator[str]:
    """Yield the problem with a command's exit code or output, if there is one."""
    place = f"line {step.line}: {step.command}"
    if code != step.exit_code:
        yield f"{place}\nexits with {code}, not {step.exit_code}: {printed}"
        return
    left = iter(printed.splitlines())
    for line in step.shown:
        if not any(matches(line, real) for real in left):
            yield f"{place}\ndoes not print (in this order): {line}\nbut:\n{printed}"
            return


def matches(shown: str, real: str) -> bool:
    """Return whether a page's line matches a printed one."""
    return any(pattern(form(shown)).fullmatch(form(real)) for form in (collapsed, masked))


def pattern(shown: str) -> re.Pattern[str]:
    """Return the pattern of a line on a page, in which `...` matches any text."""
    return re.compile(".*".join(re.escape(part) for part in re.split(r" ?\.\.\. ?", shown)))


def collapsed(line: str) -> str:
    """Return the line with runs of spaces, and of a table's dashes, reduced to one."""
    return re.sub("─+", "─", " ".join(line.split()))


def masked(line: str) -> str:
    """Return the line without the parts that differ from run to run.

    These are words that mix digits with letters (times, ids, addresses), and durations.
    """

    def mask(word: re.Match[str]) -> str:
        is_variable = re.search(r"\d", word[0]) and not NUMBER.fullmatch(word[0])
        return "#" if is_variable else word[0]

    return WORD.sub(mask, SECONDS.sub("# ", collapsed(line)))


def clean_up(folder: Path) -> list[str]:
    """Stop the page's stack and all processes in its folder; return the latter's command lines."""
    down = [BIN / NAME, "down"]
    subprocess.run(down, env=page_environment(folder), capture_output=True, check=False)
    processes = processes_of(folder)
    names = [" ".join(process.cmdline()) for process in processes]
    for process in processes:
        process.kill()
    psutil.wait_procs(processes, timeout=60)
    return names


# ---- commands that are only checked


@functools.cache
def idle_command():
    """Return the command line with commands that do nothing."""
    root = whole_command()
    waiting = [root]
    while waiting:
        command = waiting.pop()
        inner = list(getattr(command, "commands", {}).values())
        waiting += inner
        if not inner:
            command.callback = lambda **_: None
    return root


def usage_error(arguments: list[str]) -> str | None:
    """Return the command line's error for these arguments, or None if it accepts them."""
    output = io.StringIO()
    with contextlib.redirect_stderr(output), contextlib.redirect_stdout(output):
        try:
            idle_command().main(arguments, prog_name=NAME)
        except SystemExit as ended:
            return output.getvalue() if ended.code else None
    return None


def invalid_commands(text: str) -> list[str]:
    """Return the commands, in prose and in blocks that do not run, that the command line refuses.

    In a block two spaces end a command; an explanation may follow. Prose may leave arguments out,
    so `--help` is added there, which checks only the names.
    """
    lines = "\n".join(
        line for block in blocks(text) if block.info in SHELL for _, line in block.lines
    )
    in_blocks = [re.split(r"\s{2,}", match)[0] for match in WRITTEN.findall(joined(lines))]
    in_prose = IN_PROSE.findall(FENCED.sub("", text))
    calls = [(written, words(written)) for written in in_blocks]
    calls += [(written, [*words(written), "--help"]) for written in in_prose]
    errors = (
        (written, usage_error(arguments)) for written, arguments in calls if arguments[0] != "..."
    )
    return [f"{NAME} {written}: {error}" for written, error in errors if error]


def joined(lines: str) -> str:
    """Return the text with lines joined that end with a backslash."""
    return re.sub(r"\\\n\s*", "", lines)


def words(written: str) -> list[str]:
    """Return the words of a command line, without an unpaired quotation mark at its end."""
    if written.count('"') % 2:
        written = written.rstrip().removesuffix('"')
    return shlex.split(written, comments=True) or ["--help"]


# ---- the pages


@pytest.fixture
def _functions():
    """Build the functions' zip while the network is reachable: uv's cache may be incomplete."""
    deploying.build(find_checkout(), lambda _step: None)


@pytest.mark.usefixtures("_functions")
@pytest.mark.parametrize("page", RUN)
def test_a_page_s_commands_print_what_it_shows(page, tmp_path):
    problems = run_steps(steps((ROOT / page).read_text()), tmp_path)
    assert not problems, "\n".join([page, *problems])


@pytest.mark.parametrize("page", DOCS)
def test_the_commands_that_a_page_names_exist(page):
    assert invalid_commands((ROOT / page).read_text()) == []


# ---- the checks themselves


def run_page(page: str, folder: Path) -> str:
    return "\n".join(run_steps(steps(f"```console\n{page}\n```\n"), folder))


def test_a_right_page_passes(tmp_path):
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
        ("$ exit 0", "the page stopped here"),
        ("$ printf 'a\\nb\\n'\nb\na", "does not print (in this order): a"),
        ("$ echo 7 rejected\n8 rejected", "does not print"),
        ("$ echo done at 11:30\nfailed at 11:31", "does not print"),
        ("$ sleep 300 &", "left running: sleep 300"),
    ],
)
def test_a_wrong_page_is_reported(page, complaint, tmp_path):
    assert complaint in run_page(page, tmp_path)


def test_times_ids_and_addresses_may_differ_but_numbers_may_not():
    shown = "11-23 01:15:02 load f968a508aa15 at http://127.0.0.1:8055, read 7 of 1,000 in 12 s"
    real = "11-24 23:59:59 load 0c68a5dd8a17 at http://127.0.0.1:1234, read 7 of 1,000 in 3.2 s"
    assert matches(shown, real)
    assert not matches(shown, real.replace("read 7", "read 8"))
    assert not matches(shown, real.replace("1,000", "2,000"))


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
def test_a_command_that_does_not_exist_is_reported(written, complaint):
    assert complaint in " ".join(invalid_commands(written))


def test_commands_that_exist_are_accepted():
    page = """\
```
mocktailverse ingest FILE... --wait         json, ndjson or csv; by content
MOCKTAILVERSE_SOURCE_KEY=... .venv/bin/mocktailverse deploy --env prod   # --nothing
eval "$(.venv/bin/mocktailverse outputs --exports)" | head
mocktailverse loads --status \\
  failed
```
`mocktailverse drinks get`, `mocktailverse cost --drinks-per-month N`, `mocktailverse-prod`"""
    assert invalid_commands(page) == []
