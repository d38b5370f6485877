"""No traceback on Ctrl-C at any time, or on terminals that lack characters."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = Path(sys.executable).with_name("mocktailverse")
INTERRUPTED = 130

# Interrupts the command when it imports its n-th module.
INTERRUPTER = """
import os, signal, sys

class Interrupter:
    remaining = 0

    def find_spec(self, name, path=None, target=None):
        if name == "mocktailverse.cli.main":
            self.remaining = {number}
        if self.remaining:
            self.remaining -= 1
            if not self.remaining:
                os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Interrupter())
"""

MODULE_NUMBERS = [1, 2, 5, *range(10, 500, 70)]
"""The command imports about 800 modules."""


@pytest.mark.parametrize("number", MODULE_NUMBERS)
def test_an_interrupt_during_the_imports_prints_no_traceback(tmp_path, number):
    (tmp_path / "sitecustomize.py").write_text(INTERRUPTER.format(number=number))
    ended = run({"PYTHONPATH": str(tmp_path)}, "status", "--state-dir", str(tmp_path))
    assert (ended.returncode, ended.stdout, ended.stderr) == (INTERRUPTED, b"", b"")


ENCODINGS = {
    "ascii": {"PYTHONIOENCODING": "ascii"},
    "latin-1": {"PYTHONIOENCODING": "latin-1"},
    "the C locale": {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
}


@pytest.mark.parametrize("name", ENCODINGS)
def test_a_terminal_that_lacks_characters_gets_replacements(name):
    ended = run(ENCODINGS[name], "measure", "3 \N{INFINITY} Crème")
    assert ended.returncode == 0, ended.stderr
    assert b"Traceback" not in ended.stderr
    assert b"3 ? Cr" in ended.stdout.replace(b"??", b"?").replace(b"??", b"?")


@pytest.mark.parametrize("name", ENCODINGS)
def test_an_error_that_a_terminal_cannot_fully_show_is_still_an_error(name, tmp_path):
    ended = run(ENCODINGS[name], "transform", str(tmp_path / "\N{INFINITY} Crème.json"))
    assert ended.returncode == 2
    assert b"Traceback" not in ended.stderr
    assert ended.stderr


def run(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [COMMAND, *arguments], capture_output=True, check=False, env={**os.environ, **environment}
    )
