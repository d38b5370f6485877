"""The exit code after Ctrl-C, which is often pressed twice."""

import subprocess
import sys

from mocktailverse.cli.entry import INTERRUPTED

PRESSED_TWICE = """
import os, signal
from mocktailverse.cli import entry, main

def press(kill=os.kill, pid=os.getpid(), number=signal.SIGINT):
    kill(pid, number)

class AtTheVeryEnd:
    def __del__(self, press=press):
        press()

late = AtTheVeryEnd()  # deleted after Python has removed its signal handlers
main.run = press
entry.run()
"""


def test_a_second_ctrl_c_while_python_ends_does_not_change_the_exit_code():
    ended = subprocess.run(
        [sys.executable, "-c", PRESSED_TWICE], capture_output=True, check=False, timeout=60
    )
    assert (ended.returncode, ended.stderr) == (INTERRUPTED, b"")
