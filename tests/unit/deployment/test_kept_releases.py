"""Which release a rollback returns to, and what a release's id depends on."""

from typing import Any

import msgspec
import pytest

from mocktailverse.deployment import kept_releases
from mocktailverse.deployment.artifacts import Artifact
from mocktailverse.deployment.candidate import candidate
from mocktailverse.deployment.kept_releases import KeptRelease, Result
from mocktailverse.deployment.release import Release
from mocktailverse.errors import UsageError

RELEASE = Release(Artifact("artifacts", "functions/a.zip"), "python3.13", "arm64", None)


def artifact(name: str) -> Artifact:
    return Artifact("artifacts", f"functions/{f'{ord(name):x}' * 32}.zip")


def kept(
    at: int, name: str, result: Result = "deployed", *, back: bool = False, **fields: Any
) -> KeptRelease:
    one = KeptRelease(
        id=name * 64,
        env="dev",
        at=at,
        by="me",
        zip=f"{ord(name):x}" * 32,
        artifact=artifact(name),
        runtime="python3.13",
        architecture="arm64",
        template="templates/a.yaml",
        parameters={},
        result=result,
        is_rollback=back,
    )
    return msgspec.structs.replace(one, **fields)


def history(*deployments: KeptRelease) -> list[KeptRelease]:
    """Return deployments as they are listed, the newest first."""
    return list(reversed(deployments))


def test_a_rollback_returns_to_the_release_before():
    listed = history(kept(1, "a"), kept(2, "b"), kept(3, "c", "failed"))
    assert kept_releases.running(listed, {artifact("b").code_sha256}, {}) == listed[1]
    assert kept_releases.chosen(listed, None).id == "a" * 64


def test_after_a_failed_deployment_of_the_release_that_runs_a_rollback_goes_before_it():
    listed = history(kept(1, "a"), kept(2, "b"), kept(3, "b", "failed"))
    assert kept_releases.chosen(listed, None).id == "a" * 64


@pytest.mark.parametrize("serving", ["b", "c"])
def test_after_an_interrupted_deployment_the_release_whose_code_serves_runs(serving):
    listed = history(kept(1, "a"), kept(2, "b"), kept(3, "c", "unfinished"))
    running = kept_releases.running(listed, {artifact(serving).code_sha256}, {})
    assert running
    assert running.id == serving * 64


@pytest.mark.parametrize(
    ("settings", "serving"),
    [
        ({"Capacity": "1", "LiveVersions": "3"}, "deployed"),  # it was not applied
        ({"Capacity": "2", "LiveVersions": "3"}, "deployed"),  # it was tried, but does not serve
        ({"Capacity": "2", "LiveVersions": "4"}, "unfinished"),
    ],
)
def test_an_interrupted_deployment_of_new_settings_runs_once_it_serves(settings, serving):
    old = kept(2, "b", parameters={"Capacity": "1", "SourceKey": None}, versions_before="2")
    new = kept(3, "c", "unfinished", parameters={"Capacity": "2"}, versions_before="3")
    new = msgspec.structs.replace(new, zip=old.zip, artifact=old.artifact)
    listed = history(kept(1, "a"), old, new)
    codes = {old.artifact.code_sha256}
    running = kept_releases.running(listed, codes, {"Stage": "dev", **settings})
    assert running
    assert running.result == serving


def test_a_rollback_without_an_id_knows_only_the_releases_of_the_present_stack():
    earlier = [kept(1, "a", stack_id="first"), kept(2, "b", stack_id="first")]
    listed = history(*earlier, kept(3, "c", stack_id="second"))
    with pytest.raises(UsageError, match="no kept release before"):
        kept_releases.chosen(listed, None, "second")
    assert kept_releases.chosen(listed, "bbb", "second") == earlier[1]
    listed = history(*earlier, kept(3, "c", stack_id="second"), kept(4, "d", stack_id="second"))
    assert kept_releases.chosen(listed, None, "second").id == "c" * 64


def test_records_from_before_stacks_were_noted_are_candidates_of_a_rollback():
    listed = history(kept(1, "a"), kept(2, "b", stack_id="first"))
    assert kept_releases.chosen(listed, None, "first").id == "a" * 64


def test_a_second_rollback_goes_further_back():
    listed = history(kept(1, "a"), kept(2, "b"), kept(3, "c"), kept(4, "b", back=True))
    assert kept_releases.chosen(listed, None).id == "a" * 64


def test_after_an_interrupted_deployment_a_rollback_returns_to_the_last_that_was_deployed():
    listed = history(kept(1, "a"), kept(2, "b"), kept(3, "c", "unfinished"))
    assert kept_releases.chosen(listed, None).id == "b" * 64


def test_a_release_that_was_deployed_again_has_the_other_one_before_it():
    listed = history(kept(1, "a"), kept(2, "b"), kept(3, "a"))
    assert kept_releases.chosen(listed, None).id == "b" * 64


@pytest.mark.parametrize("listed", [[], history(kept(1, "a")), history(kept(1, "a", "failed"))])
def test_without_a_release_before_there_is_nothing_to_return_to(listed):
    with pytest.raises(UsageError, match=r"before the one.*add the id.*its commit only"):
        kept_releases.chosen(listed, None)


def test_a_release_is_chosen_by_the_beginning_of_its_id_or_of_its_zips_hash():
    listed = history(kept(1, "a"), kept(2, "b"), kept(3, "c", "failed"))
    assert kept_releases.chosen(listed, "aaa").at == 1
    assert kept_releases.chosen(listed, "62").at == 2
    with pytest.raises(UsageError, match=r"Several releases begin with `6`: aaaaaaaaaaaa, bbbb"):
        kept_releases.chosen(listed, "6")
    for prefix in ("ccc", "0"):
        with pytest.raises(UsageError, match=rf"No kept release begins with `{prefix}`"):
            kept_releases.chosen(listed, prefix)


def test_the_id_depends_on_code_template_and_parameters_and_not_on_secrets():
    ids = {
        candidate(release, template, parameters).id
        for release in (RELEASE, Release(Artifact("artifacts", "b"), "python3.13", "arm64", None))
        for template in ("one", "two")
        for parameters in ({"Stage": "dev"}, {"Stage": "prod"})
    }
    assert len(ids) == 8
    first = candidate(RELEASE, "one", {"Stage": "dev"})
    assert candidate(RELEASE, "one", {"Stage": "dev", "SourceKey": "secret"}).id == first.id
    assert candidate(RELEASE, "one", {"Stage": "dev", "SourceKey": None}).id == first.id
