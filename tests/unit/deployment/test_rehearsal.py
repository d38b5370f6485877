"""The steps of a rehearsal: what is checked, reported and deleted, whatever fails."""

from types import SimpleNamespace
from typing import Any

import pytest

from mocktailverse.checkout import find_checkout
from mocktailverse.deployment.account import Account
from mocktailverse.deployment.rehearsal import rehearsing
from mocktailverse.deployment.rehearsal.assumption import Assumption, RefutedError, Subject
from mocktailverse.deployment.rehearsal.rehearsal_report import as_markdown
from mocktailverse.deployment.rehearsal_mark import ForeignStackError
from mocktailverse.errors import PermanentError, TransientError
from mocktailverse.stores.environment import Stores

AWS = Account("123456789012", "eu-central-1", "arn:aws:iam::123456789012:user/me", None)
EMBEDDED = Account("000000000000", "us-east-1", "arn", "http://127.0.0.1:4566")


def subject() -> Subject:
    return Subject("dev", "mocktailverse-dev", Stores(SimpleNamespace(), {}), "http://api", "key")


def fails(*_: object) -> None:
    raise PermanentError("It failed.")


def test_what_only_aws_does_is_not_checked_on_the_embedded_one():
    only_on_aws = Assumption(
        "It rains.", "Weather", lambda _: pytest.fail("checked"), emulated=False
    )

    result = rehearsed(EMBEDDED, [only_on_aws])

    assert result.results[0].state == "not checkable here"
    assert result.ok


def test_a_refuted_assumption_fails_the_rehearsal_and_stops_no_other_check():
    def refuted(_: Subject) -> str:
        raise RefutedError("It is dry.")

    rain = Assumption("It rains.", "Weather", refuted, emulated=True)
    sun = Assumption("It shines.", "Weather", lambda _: "It does.", emulated=True)

    result = rehearsed(AWS, [rain, sun])

    assert [each.state for each in result.results] == ["refuted", "confirmed"]
    assert not result.ok
    assert "| It rains. | It is dry. | Weather |" in as_markdown(result)


def test_an_error_of_a_check_is_not_taken_for_a_confirmation():
    def unreachable(_: Subject) -> str:
        raise TransientError("No answer.")

    result = rehearsed(AWS, [Assumption("It rains.", "Weather", unreachable, emulated=True)])

    assert result.results[0].state == "refuted"
    assert "No answer." in result.results[0].evidence


def test_a_failed_deployment_is_reported_and_still_deleted():
    deleted = []

    result = rehearsing.rehearse(
        "dev", AWS, deploy=fails, destroy=lambda: deleted.append(1), on_result=print
    )

    assert deleted == [1]
    unchecked = "Nothing was checked, because nothing was deployed."
    assert [step.failure for step in result.steps] == ["It failed.", unchecked, None]
    assert not result.ok


def test_an_environment_that_another_deployment_created_first_is_an_error_and_not_deleted():
    def overtaken() -> Subject:
        raise ForeignStackError("It exists.")

    with pytest.raises(ForeignStackError):
        rehearsing.rehearse(
            "dev", AWS, deploy=overtaken, destroy=lambda: pytest.fail("deleted"), on_result=print
        )


def test_ctrl_c_during_the_checks_deletes_what_was_deployed():
    def interrupted(_: Subject) -> str:
        raise KeyboardInterrupt

    deleted = []

    with pytest.raises(KeyboardInterrupt):
        rehearsing.rehearse(
            "dev",
            AWS,
            deploy=subject,
            destroy=lambda: deleted.append(1),
            assumptions=[Assumption("It rains.", "Weather", interrupted, emulated=True)],
            on_result=print,
        )

    assert deleted == [1]


def test_an_interrupted_rehearsal_says_what_it_could_not_delete():
    def interrupted() -> Subject:
        raise KeyboardInterrupt

    with pytest.raises(PermanentError, match=r"It failed\."):
        rehearsing.rehearse("dev", AWS, deploy=interrupted, destroy=fails, on_result=print)


def test_every_assumption_names_its_document_and_has_a_check_of_its_own():
    checks = [each.check for each in rehearsing.ASSUMPTIONS]

    assert all(each.document for each in rehearsing.ASSUMPTIONS)
    assert len(set(checks)) == len(checks)


def test_what_shows_the_machine_or_the_deployment_itself_is_not_confirmed_on_the_embedded_aws():
    """It runs the functions with this machine's Python, and its deployments enable expiry."""
    only_on_aws = {each.check.__name__ for each in rehearsing.ASSUMPTIONS if not each.emulated}

    assert {"api_starts", "search_works", "loads_expire"} <= only_on_aws


def test_the_documents_count_the_assumptions():
    root = find_checkout().template.parents[1]
    deploy = " ".join((root / "docs/how-to/deploy.md").read_text().split())
    number = len(rehearsing.ASSUMPTIONS)
    emulated = sum(each.emulated for each in rehearsing.ASSUMPTIONS)

    assert f"checks {number} assumptions about AWS" in deploy
    assert f"checks {emulated} of them, and lists the others" in deploy
    assert f"checks {number} assumptions about AWS" in (root / "docs/CHANGELOG.md").read_text()


def rehearsed(account: Account, assumptions: Any) -> Any:
    return rehearsing.rehearse(
        "dev",
        account,
        deploy=subject,
        destroy=lambda: None,
        assumptions=assumptions,
        on_result=print,
    )
