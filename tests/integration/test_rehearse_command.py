"""The command `rehearse` on the embedded AWS."""

from mocktailverse.stores import cloudformation_stack as stack


def test_a_rehearsal_confirms_what_the_embedded_aws_does_and_leaves_no_stack(
    aws, tmp_path, command
):
    report = tmp_path / "report.md"
    result = command("rehearse", "--env", "staging", "--yes", "--json", "-o", report)
    rehearsal = result.json
    assert (result.code, rehearsal["ok"]) == (0, True), rehearsal
    states = [result["state"] for result in rehearsal["results"]]
    assert states.count("confirmed") >= 9
    assert states.count("not checkable here") >= 6
    assert [step["name"] for step in rehearsal["steps"]] == ["deploy", "check", "destroy"]
    assert stack.status(aws.clients(), "mocktailverse-staging") is None
    assert command("releases", "--env", "staging", "--json").json["items"] == []
    text = report.read_text()
    assert "Not checkable here" in text
    assert aws.access_key_id not in text


def test_what_exists_or_is_protected_is_not_rehearsed(aws, command):
    result = command("rehearse", "--env", "prod", "--yes")
    assert result.code == 2
    assert "prod is protected" in result.err
    assert stack.status(aws.clients(), "mocktailverse-prod") is None


def test_without_a_terminal_nothing_is_created_unless_confirmed(aws, command):
    result = command("rehearse", "--env", "dev")
    assert result.code == 2
    assert "--yes" in result.err
    assert stack.status(aws.clients(), "mocktailverse-dev") is None
