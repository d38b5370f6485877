"""Record every call that boto3 makes in a function: Python imports this module before all others.

A line is `[service, operation, parameters]`; of the parameters only texts and what names resources.
A link counts as a call, too: the caller who opens it acts with the function's rights.
"""

import json
import os
from typing import Any

from botocore import signers
from botocore.client import BaseClient

NAMING = ("RequestItems",)
_send = BaseClient._make_api_call  # noqa: SLF001 - the one place that all calls pass
_link = signers.generate_presigned_url


def _record(client: BaseClient, operation: str, parameters: dict[str, Any]) -> None:
    kept = {
        name: list(value) if name in NAMING else value
        for name, value in parameters.items()
        if name in NAMING or isinstance(value, str)
    }
    line = json.dumps([client.meta.service_model.service_name, operation, kept])
    with open(os.environ["PROOF_CALLS"], "a", encoding="utf-8") as calls:  # noqa: PTH123 - as few imports as possible
        calls.write(line + "\n")


def _recorded_call(client: BaseClient, operation: str, parameters: dict[str, Any]) -> object:
    _record(client, operation, parameters)
    return _send(client, operation, parameters)


def _recorded_link(
    client: BaseClient, method: str, parameters: dict[str, Any], *arguments: Any
) -> str:
    _record(client, client._PY_TO_OP_NAME[method], parameters)  # noqa: SLF001 - botocore's own table
    return _link(client, method, parameters, *arguments)


BaseClient._make_api_call = _recorded_call  # noqa: SLF001 - where botocore sends a request
signers.generate_presigned_url = _recorded_link
