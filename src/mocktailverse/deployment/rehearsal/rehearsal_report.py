"""The report of a rehearsal, as a page for people."""

from collections.abc import Sequence

from msgspec import Struct

from mocktailverse.deployment.account import Account
from mocktailverse.deployment.rehearsal.assumption import CheckResult, State
from mocktailverse.formatting import moment

_TITLES: dict[State, str] = {
    "refuted": "Refuted: do not rely on these",
    "confirmed": "Confirmed",
    "not checkable here": "Not checkable here",
}


class RehearsalStep(Struct, frozen=True):
    """One step of a rehearsal, such as deploying."""

    name: str
    seconds: float
    failure: str | None = None


class Rehearsal(Struct, frozen=True):
    """All that a rehearsal did and found out."""

    env: str
    account: Account
    at: int
    """When it began, in ms since 1970 UTC."""
    steps: tuple[RehearsalStep, ...]
    results: tuple[CheckResult, ...]

    @property
    def ok(self) -> bool:
        """Whether each step succeeded, and no assumption was refuted."""
        refuted = any(result.state == "refuted" for result in self.results)
        return not refuted and not any(step.failure for step in self.steps)

    def of(self, state: State) -> Sequence[CheckResult]:
        """Return the results of one state."""
        return [result for result in self.results if result.state == state]


def as_markdown(rehearsal: Rehearsal) -> str:
    """Return the report, which can be shared: the account's id and the caller are masked."""
    place = "the embedded AWS" if rehearsal.account.endpoint else "AWS"
    lines = [
        f"# Rehearsal of {rehearsal.env}",
        "",
        f"{moment(rehearsal.at)} UTC, on {place}, region {rehearsal.account.region}.",
        "",
        "| step | seconds | result |",
        "|---|---|---|",
        *(
            f"| {step.name} | {step.seconds:.0f} | {_cell(step.failure or 'done')} |"
            for step in rehearsal.steps
        ),
    ]
    for state, title in _TITLES.items():
        results = rehearsal.of(state)
        if results:
            lines += ["", f"## {title} ({len(results)})", "", "| assumption | seen | document |"]
            lines.append("|---|---|---|")
            lines += [
                f"| {result.text} | {_cell(result.evidence)} | {result.document} |"
                for result in results
            ]
    text = "\n".join([*lines, ""])
    # AWS's errors name the caller, and each ARN the account.
    for secret, mask in ((rehearsal.account.caller, "CALLER"), (rehearsal.account.id, "ACCOUNT")):
        text = text.replace(secret, mask)
    return text


def _cell(text: str) -> str:
    """Return text that stays within its cell of a Markdown table."""
    return " ".join(text.split()).replace("|", "\\|")
