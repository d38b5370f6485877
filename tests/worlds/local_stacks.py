"""Local stacks as their state files describe them; none of their processes runs."""

from mocktailverse.local.emulator import ROOT_KEY
from mocktailverse.local.processes import Process
from mocktailverse.local.state import LocalStack

PORT = 54_566


def new_local_stack(*processes: str, **fields: object) -> LocalStack:
    """Return a stack with processes of these names, all on PORT; `fields` replace its fields."""
    values = {
        "endpoint": f"http://127.0.0.1:{PORT}",
        "region": "us-east-1",
        "access_key_id": ROOT_KEY,
        "secret_access_key": ROOT_KEY,
        "source_url": "http://127.0.0.1:54979",
        "records": None,
        "outputs": {},
        "processes": [Process(name, 4_000_000, 0.0, PORT) for name in processes],
        "started_at": 0.0,
        "deployed": "",
        "ops_key": "the-key",
    }
    return LocalStack(**(values | fields))
