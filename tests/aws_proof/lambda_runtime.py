"""Lambda's Runtime API, before Lambda's own runtime interface client with a function's zip.

The client (`awslambdaric`) is what runs in Lambda: it imports the handler, asks
`/runtime/invocation/next` for an event and posts the response or the error. Source: AWS Lambda
developer guide, "Using the Lambda runtime API for custom runtimes".
"""

import json
import queue
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

from mocktailverse.local.tcp_ports import HOST

API = "/2018-06-01/runtime"
START_TIMEOUT_S = 120
ANSWER_TIMEOUT_S = 120
"""Longer than the function has: other work may take the processors."""


class Answer(NamedTuple):
    """What the client posted for an event."""

    kind: str
    """`response`, or `error` when the handler raised."""
    body: Any


class RuntimeApi(ThreadingHTTPServer):
    """The Runtime API of one function."""

    daemon_threads = True

    def __init__(self, arn: str, timeout_s: float) -> None:
        super().__init__((HOST, 0), _Handler)
        self.arn = arn
        self.timeout_s = timeout_s
        self.events: queue.Queue[tuple[bytes, float] | None] = queue.Queue()
        self.answers: queue.Queue[Answer] = queue.Queue()
        self.waiting = threading.Event()
        """Set when the client asks for an event for the first time: the function has started."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: RuntimeApi

    def do_GET(self) -> None:
        self.server.waiting.set()
        invocation = self.server.events.get()
        if invocation is None:  # the function ends
            self.close_connection = True
            return
        event, time_left_s = invocation
        deadline_ms = round(1000 * (time.time() + time_left_s))
        self.send_response(200)
        self.send_header("Lambda-Runtime-Aws-Request-Id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd")
        self.send_header("Lambda-Runtime-Deadline-Ms", str(deadline_ms))
        self.send_header("Lambda-Runtime-Invoked-Function-Arn", self.server.arn)
        self._finish(event)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        kind = self.path.rpartition("/")[2]
        self.server.answers.put(Answer(kind, json.loads(body or b"null")))
        self.server.waiting.set()  # an import that fails ends the start, too
        self.send_response(202)
        self._finish(b"{}")

    def _finish(self, body: bytes) -> None:
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Log nothing."""


class RunningFunction(NamedTuple):
    """A function that waits for events."""

    api: RuntimeApi
    log: Path
    start_s: float
    """Time until it asked for its first event, its imports included."""

    def invoke(self, event: object, time_left_s: float | None = None) -> Answer:
        """Send an event; return the answer. The time left is the whole timeout by default."""
        time_left_s = self.api.timeout_s if time_left_s is None else time_left_s
        self.api.events.put((json.dumps(event).encode(), time_left_s))
        return self.api.answers.get(timeout=ANSWER_TIMEOUT_S)


@contextmanager
def running(
    python: Path, configuration: Mapping[str, Any], task_root: Path, log: Path, **extra: str
) -> Iterator[RunningFunction]:
    """Run a function within the block.

    Args:
        python: interpreter of an environment that has `awslambdaric`.
        configuration: the function's, as Lambda's GetFunctionConfiguration returns it.
        task_root: the unpacked zip.
        log: file for what the function prints.
        extra: environment variables beside those of the configuration: credentials, region.
    """
    api = RuntimeApi(configuration["FunctionArn"], configuration["Timeout"])
    serving = threading.Thread(target=api.serve_forever, daemon=True)
    serving.start()
    variables = {
        **configuration["Environment"]["Variables"],
        "AWS_LAMBDA_RUNTIME_API": f"{HOST}:{api.server_address[1]}",
        "AWS_LAMBDA_FUNCTION_NAME": configuration["FunctionName"],
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(configuration["MemorySize"]),
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{configuration['FunctionName']}",
        "AWS_LAMBDA_LOG_STREAM_NAME": "proof",
        # Lambda sets both for a function with `LogFormat: JSON`; INFO is its default.
        "AWS_LAMBDA_LOG_FORMAT": "JSON",
        "AWS_LAMBDA_LOG_LEVEL": "INFO",
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
        "LAMBDA_TASK_ROOT": str(task_root),
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "_HANDLER": configuration["Handler"],
        **extra,
    }
    started = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(
            [python, "-m", "awslambdaric", configuration["Handler"]],
            cwd=task_root,
            env=variables,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            assert api.waiting.wait(START_TIMEOUT_S), log.read_text()
            yield RunningFunction(api, log, time.monotonic() - started)
        finally:
            api.events.put(None)
            process.kill()
            process.wait()
            api.shutdown()
            api.server_close()
