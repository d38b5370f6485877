"""The command `redrive`: move dead letters back to the queue."""

from mocktailverse.cli import options
from mocktailverse.cli.connection import connect
from mocktailverse.cli.output import print_result
from mocktailverse.pipeline.redrive import redrive as redrive_messages


def redrive(
    env: options.Env = "local", state_dir: options.StateDir = None, as_json: options.Json = False
) -> None:
    """Move the messages of the dead-letter queue back to the queue, after their cause is fixed."""
    moved = redrive_messages(connect(env, state_dir).queue)
    print_result({"redriven": moved}, f"{moved} dead letters sent again", as_json=as_json)
