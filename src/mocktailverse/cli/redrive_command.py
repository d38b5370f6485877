"""The command `redrive`: process dead letters again."""

from collections.abc import Sequence

from mocktailverse.cli import options
from mocktailverse.cli.connection import connect
from mocktailverse.cli.output import print_result, say
from mocktailverse.errors import MissingError
from mocktailverse.formatting import counted
from mocktailverse.loads.failed_batch import FailedBatch
from mocktailverse.operations.rebuild import rebuild_catalogue
from mocktailverse.pipeline.redrive import redrive as redrive_messages
from mocktailverse.stores.environment import Stores
from mocktailverse.stores.functions import change_notifications
from mocktailverse.times import now


def redrive(
    env: options.Env = "local", state_dir: options.StateDir = None, as_json: options.Json = False
) -> None:
    """Process the messages of the dead-letter queue again, after their cause is fixed.

    Messages about raw objects return to the queue. The drinks of failed publishings are published.
    """
    stores = connect(env, state_dir)
    done = redrive_messages(stores.queue, republish=lambda batches: republish(stores, batches))
    fields, message = {"redriven": done.sent}, f"{counted(done.sent, 'dead letter')} sent again"
    if done.republished:
        message += f", {counted(done.republished, 'failed publishing')} repeated"
        fields["republished"] = done.republished
    print_result(fields, message, as_json=as_json)


def republish(stores: Stores, batches: Sequence[FailedBatch]) -> None:
    """Publish the drinks of failed batches; all drinks if the stream no longer has a batch."""
    try:
        ids_by_batch = [stores.drinks_stream.changed_ids(batch) for batch in batches]
    except MissingError as error:
        say(f"{error} The whole catalogue is rebuilt instead.")
        rebuild_catalogue(stores)
        return
    for ids in ids_by_batch:
        event = change_notifications(ids, now() / 1000)
        stores.functions.invoke(stores.live_function("PublishFunction"), event)
