"""CPU time until a Lambda function is ready, compared with any function on boto3; prints JSON.

Every case is a new process with compiled byte code. The yardstick imports boto3 and creates clients
for S3 and DynamoDB; no case includes Python's own start.
"""

import argparse
import json
import os
import subprocess
import sys

from paired import Case, paired

YARDSTICK = "boto3 and two clients"
FUNCTIONS = ("transform", "publish", "fetch", "reconcile", "api")

_TWO_CLIENTS = """
import boto3
boto3.client("s3")
boto3.client("dynamodb")
"""
_TIMED = """
import time
start = time.process_time()
{code}
print(time.process_time() - start)
"""
_READY = """
import {module} as handler
from mocktailverse.stores.clients import Clients
created = []
create = Clients.__init__
def note(clients, *arguments, **options):
    create(clients, *arguments, **options)
    created.append(clients)
Clients.__init__ = note
handler._runtime()
for clients in created:
    clients.s3, clients.dynamodb
"""
"""A client is created by its first use: here each function creates the two of the yardstick."""

_ENVIRONMENT = {
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "benchmark",
    "AWS_SECRET_ACCESS_KEY": "benchmark",
    "POWERTOOLS_SERVICE_NAME": "benchmark",
    "POWERTOOLS_METRICS_NAMESPACE": "benchmark",
    "MOCKTAILVERSE_DATA_BUCKET": "data",
    "MOCKTAILVERSE_CATALOGUE_BUCKET": "catalogue",
    "MOCKTAILVERSE_DRINKS_TABLE": "drinks",
    "MOCKTAILVERSE_LOADS_TABLE": "loads",
    "MOCKTAILVERSE_QUEUE_URL": "http://localhost/queue",
    "MOCKTAILVERSE_SOURCE_URLS": "thecocktaildb=http://localhost/source",
    "MOCKTAILVERSE_MAX_RECEIVE_COUNT": "5",
    "MOCKTAILVERSE_VISIBILITY_TIMEOUT_S": "180",
    "MOCKTAILVERSE_OPS_KEY_PARAMETER": "/mocktailverse/benchmark/ops-key",
    "MOCKTAILVERSE_STAGE": "benchmark",
    "MOCKTAILVERSE_API_GB_PER_DAY": "1",
}


def measure(rounds: int) -> dict[str, object]:
    """Return ratios to the yardstick: the import of each handler, without and with its tools."""
    cases = {YARDSTICK: _case(_TWO_CLIENTS), "boto3": _case("import boto3")}
    for name in FUNCTIONS:
        module = f"mocktailverse.functions.{name}"
        cases[f"{name}: import"] = _case(f"import {module}")
        cases[f"{name}: import and tools"] = _case(_READY.format(module=module))
    figures = [figure._asdict() for figure in paired(cases, rounds)]
    return {"rounds": rounds, "cases": figures}


def _case(code: str) -> Case:
    command = [sys.executable, "-c", _TIMED.format(code=code)]
    environment = {**os.environ, **_ENVIRONMENT}

    def seconds() -> float:
        process = subprocess.run(
            command, check=True, stdout=subprocess.PIPE, text=True, env=environment
        )
        return float(process.stdout)

    return seconds


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    print(json.dumps(measure(parser.parse_args().rounds)))
