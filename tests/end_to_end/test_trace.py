"""One trace id leads from the source's response to the published drink, in logs and `trace`."""

import json

from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.stores.log_group import LogGroup


def logged(pipeline, output, trace):
    """Return a function's structured log lines that have a trace id."""
    group = LogGroup(pipeline.clients, f"/aws/lambda/{pipeline.outputs[output]}")
    return [json.loads(line.message) for line in group.lines(0, trace)]


def test_one_trace_id_follows_a_record_through_all_logs(pipeline, cli):
    objects = cli("fetch", "random", "2", "--wait", "--json").json["loads"]
    version = ObjectVersion(*(objects[0][name] for name in ("bucket", "key", "version_id")))
    trace = version.trace_id
    pipeline.until(lambda: bool(logged(pipeline, "PublishFunction", trace)))

    (stored,) = logged(pipeline, "FetchFunction", trace)
    assert (stored["message"], stored["trace"], stored["key"]) == ("stored", trace, version.key)
    (loaded,) = logged(pipeline, "TransformFunction", trace)
    assert (loaded["message"], loaded["trace"]) == ("loaded", trace)
    assert loaded["load"] == version.load_id(1) == objects[0]["load"]
    assert (loaded["done"], loaded["key"]) == (True, version.key)
    for published in logged(pipeline, "PublishFunction", trace):
        assert published["message"] == "published"
        assert trace in published["traces"]

    (drink, *_) = cli("drinks", "list", "--json").json["items"]
    lineage = drink["lineage"]
    assert (lineage["key"], lineage["version_id"]) == (version.key, version.version_id)
    for identifier in (drink["id"], version.key):
        result = cli("trace", identifier, "--json").json
        assert (result["trace"], result["next"]) == (trace, None)
        stages = [(item["stage"], item["what"]) for item in result["items"]]
        assert {
            ("fetch", "stored"),
            ("raw", "stored"),
            ("load", "loaded"),
            ("load", "is done"),
        } <= (set(stages))
        assert ("publish", "published") in stages
        times = [item["at"] for item in result["items"]]
        assert times == sorted(times)
    assert trace in cli("trace", drink["id"]).out


def test_the_log_line_of_a_returned_message_has_the_trace_id(pipeline, drinks):
    with pipeline.unread_queue():
        version = pipeline.hold(drinks(1), "trace.json")
    message = pipeline.event(version)
    with pipeline.function_with(MOCKTAILVERSE_DRINKS_TABLE="no-such-table"):
        assert pipeline.deliver(message) == [message]

    def warnings():
        lines = logged(pipeline, "TransformFunction", version.trace_id)
        return [line for line in lines if line["message"] == "message comes back"]

    pipeline.until(lambda: bool(warnings()))
    (line,) = warnings()
    assert (line["level"], line["key"]) == ("WARNING", version.key)
    assert "PutItem" in line["exception"]
    assert pipeline.deliver(message) == []


def test_a_missing_drink_or_object_has_no_trace(cli):
    assert "No drink `thecocktaildb:1`" in cli("trace", "1", code=1).err
    assert (
        "does not exist, or has expired" in cli("trace", "raw/thecocktaildb/none.json", code=1).err
    )
