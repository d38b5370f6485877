"""GitHub accepts the issue forms and finds the community files."""

import pytest
import yaml

from mocktailverse.checkout import find_checkout

GITHUB = find_checkout().template.parents[1] / ".github"
FORMS = sorted(
    path for path in (GITHUB / "ISSUE_TEMPLATE").glob("*.yml") if path.name != "config.yml"
)


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_a_form_has_a_name_a_description_and_distinct_questions(path):
    form = yaml.safe_load(path.read_text())
    assert form["name"]
    assert form["description"]
    ids = [question["id"] for question in form["body"]]
    assert len({*ids}) == len(ids)
    for question in form["body"]:
        assert question["type"] in {"input", "textarea", "dropdown"}
        assert question["attributes"]["label"]
        assert bool(question["attributes"].get("options")) == (question["type"] == "dropdown")


def test_github_finds_the_policies_and_the_pull_request_template():
    for name in ("SECURITY.md", "CODE_OF_CONDUCT.md", "pull_request_template.md"):
        assert (GITHUB / name).read_text().strip()
