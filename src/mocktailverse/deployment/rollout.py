"""Deploy a release so that it proves itself before it serves, and return to the one before if not.

    try      CloudFormation applies the release, but the versions before keep serving
    probe    each function gets a version, which is invoked directly
    switch   CloudFormation moves the alias `live` of each function to this version
    check    the canary goes its whole way through what serves now

If a step fails, the versions before serve (again) at once, and CloudFormation applies the template
and the parameters from before. The first deployment of an environment has nothing to return to: it
is applied and checked.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress

from msgspec import Struct

from mocktailverse.cost.template import Template
from mocktailverse.deployment import (
    apply,
    catalogue_switch,
    changes,
    create_only,
    function_code,
)
from mocktailverse.deployment import function_versions as versions
from mocktailverse.deployment.canary import Canary
from mocktailverse.deployment.candidate import Parameters, ReleaseCandidate, StackState, read_state
from mocktailverse.deployment.changes import Change, ChangeSet, DeploymentError
from mocktailverse.deployment.completion import complete
from mocktailverse.deployment.events import Reporter
from mocktailverse.deployment.live_check import LiveCheck
from mocktailverse.deployment.probes import Prober, report
from mocktailverse.deployment.target import DeployTarget
from mocktailverse.errors import MocktailverseError, UsageError
from mocktailverse.stores import cloudformation_stack as stack
from mocktailverse.stores.environment import Stores
from mocktailverse.stores.error_translation import translated

_TIMEOUT_S, _POLL_S = 300.0, 2.0
"""For each step of the canary. On AWS a copy of the catalogue in the API may be a minute old."""

_EMULATOR_TIMEOUT_S, _EMULATOR_POLL_S = 90.0, 0.2
"""If a worker of the embedded AWS dies, its message is delivered again after 45 s."""


class Watch(Struct, frozen=True):
    """What a person sees of a deployment, and decides."""

    confirm: Callable[[ChangeSet], bool]
    """Receives the changes; if it returns False or raises, nothing is changed."""
    on_step: Reporter
    on_event: Reporter


class Rollout(Struct, frozen=True):
    """A deployment that succeeded."""

    outputs: Mapping[str, str]
    changes: tuple[Change, ...]
    """Empty if the stack was up to date."""
    moved: bool
    """Whether other versions serve than before."""
    canary_ms: int
    """The canary's way from the raw object to the API."""


def roll_out(target: DeployTarget, new: ReleaseCandidate, watch: Watch) -> Rollout:
    """Deploy a release, and return to the one before if it does not prove itself.

    Raises:
        UsageError: the update is not possible, or another deployment is under way.
        DeploymentError: the release failed; the message says which step and function, and what
            serves now.
    """
    before = read_state(target.clients, target.stack)
    number = catalogue_switch.catalogue_format(target.clients, new.release)
    if before is None:
        return _Work(target, new, watch, None, {}, [], number).run()
    require_possible(before, new)
    Canary.start(Stores(target.clients, before.outputs))  # before anything is changed
    proposed = _agreed_changes(target, before, new, watch)
    for name in function_code.restore_latest_code(target.clients, target.stack):
        watch.on_event(f"{name} runs other code; it will run the stack's code again.")
    live = versions.pin_live(target.clients, target.stack)
    # Old readers still serve; the release's publish function needs its file when it is tried.
    catalogue_switch.prepare_catalogue(target.clients, target.env, number, watch.on_event)
    # What an interrupted deployment or the replacement of one function has left serves no longer.
    is_current = not proposed and versions.publish_all(target.clients, target.stack) == live
    return _Work(target, new, watch, before, {} if is_current else live, proposed, number).run()


def require_possible(before: StackState, new: ReleaseCandidate) -> None:
    """Raise UsageError for a replacement that CloudFormation must refuse."""
    create_only.require_possible(
        Template.parse(before.template),
        _given(before.parameters),
        Template.parse(new.template),
        _given(new.parameters),
    )


class _OvertakenError(UsageError):
    """Another deployment has changed the stack, so this one must not change it any further."""


class _Work(Struct, frozen=True):
    """The work of one deployment."""

    target: DeployTarget
    new: ReleaseCandidate
    watch: Watch
    before: StackState | None
    """None if this deployment creates the stack."""
    live: Mapping[str, str]
    """The versions that serve before; empty if there are none, or if they are the release's."""
    changes: list[Change]
    """What changes; of a new stack, filled while it is created."""
    number: int
    """The catalogue format of the release."""

    def run(self) -> Rollout:
        clients, name = self.target.clients, self.target.stack
        outputs = self.before.outputs if self.before else {}
        if self._moves:
            self.watch.on_step("applying the release, while the one before serves")
            # A new stack has nothing that serves before: its aliases name the latest code.
            outputs = self._apply(self.new.template, self._parameters(self.live), self._confirm)
        applied_at = self._updated_at()
        check: LiveCheck | None = None
        try:
            with translated(f"Deploying {self.target.env}"):
                if self._moves:
                    published = versions.publish_all(clients, name)
                    if self.live:
                        check = self._check(outputs)
                        self._probe(check.canary, published)
                    self._require_unchanged_since(applied_at)
                    self.watch.on_step("switching to the release")
                    outputs = self._apply(self.new.template, self._parameters(published))
                complete(self.target, outputs, self.watch.on_event)
                stores = Stores(clients, outputs)
                catalogue_switch.catch_up(stores, self.target.env, self.number, self.watch.on_event)
                self.watch.on_step("sending a canary through what serves now")
                check = check or self._check(outputs)
                canary_ms = check.run(f"{self.new.id} serves", is_new=not self.live)
        except _OvertakenError:
            raise
        except MocktailverseError as error:
            raise DeploymentError(f"{error}\n{self._return()}") from error
        finally:
            if check:
                check.abandon()
        versions.delete_unused(clients, name, self.live)
        return Rollout(outputs, tuple(self.changes), self._moves, canary_ms)

    @property
    def _moves(self) -> bool:
        """Whether the release replaces what serves, or is the first one."""
        return bool(self.live) or self.before is None

    def _parameters(self, serving: Mapping[str, str]) -> Parameters:
        return {**self.new.parameters, **versions.parameter(serving)}

    def _probe(self, canary: Canary, published: Mapping[str, str]) -> None:
        """Raise DeploymentError if a version of the release fails when it is tried."""
        self.watch.on_step("trying the release's version of each function")
        prober = Prober(canary.stores, published, canary, f"{self.new.id} is tried")
        if failures := prober.failures():
            raise DeploymentError(
                f"The release was tried before it serves, and {len(failures)} of"
                f" {len(versions.FUNCTIONS)} functions failed:{report(failures)}\nFix the cause,"
                " and deploy again; `mocktailverse logs --env"
                f" {self.target.env} --function {failures[0].function} --since 10m` shows more."
            )

    def _updated_at(self) -> object:
        description = stack.describe(self.target.clients, self.target.stack)
        return description.get("LastUpdatedTime") if description else None

    def _require_unchanged_since(self, applied_at: object) -> None:
        if self._updated_at() != applied_at:
            raise _OvertakenError(
                f"Another deployment has changed `{self.target.stack}` since this one began, so"
                " this one ends. See `mocktailverse releases`, then deploy again."
            )

    def _confirm(self, change_set: ChangeSet) -> bool:
        """Let a person confirm what creates a stack; an update was confirmed before."""
        if self.before:
            return True
        self.changes.extend(change_set.changes)
        return self.watch.confirm(change_set)

    def _check(self, outputs: Mapping[str, str]) -> LiveCheck:
        stores = Stores(self.target.clients, outputs)
        is_local = self.target.account.endpoint is not None
        return LiveCheck(
            Canary.start(stores),
            self.target.account.api_url(outputs) or "",
            _EMULATOR_TIMEOUT_S if is_local else _TIMEOUT_S,
            _EMULATOR_POLL_S if is_local else _POLL_S,
        )

    def _return(self) -> str:
        """Return to the release before; return what serves now, as text."""
        if self.before is None:
            return (
                "This was the first deployment, so there is nothing to return to. Fix the cause and"
                " deploy again."
            )
        if not self._moves:
            return (
                "The stack was up to date, so nothing was changed. `mocktailverse rollback --env"
                f" {self.target.env}` returns to the release before."
            )
        clients, name = self.target.clients, self.target.stack
        try:
            with translated("Returning to the release before"):
                versions.serve(clients, name, self.live)  # at once: an update takes minutes
                self.watch.on_step("returning to the release before")
                self._apply(self.before.template, _with_live(self.before, self.live))
        except MocktailverseError as error:
            with suppress(MocktailverseError), translated("Returning to the release before"):
                versions.serve(clients, name, self.live)
            return (
                f"The functions' versions from before serve, but the stack did not return: {error}"
                f" Run `mocktailverse rollback --env {self.target.env}`, or deploy again."
            )
        return "The release before serves, and the stack has returned to it."

    def _apply(
        self,
        template: str,
        parameters: Parameters,
        confirm: Callable[[ChangeSet], bool] | None = None,
    ) -> dict[str, str]:
        return apply.deploy(
            self.target.clients,
            stack_name=self.target.stack,
            template=template,
            parameters=parameters,
            confirm=confirm or (lambda _change_set: True),
            on_progress=self.watch.on_step,
            on_event=self.watch.on_event,
            poll_s=self.target.poll_s,
        )


def proposed_changes(
    target: DeployTarget, before: StackState | None, new: ReleaseCandidate
) -> ChangeSet | None:
    """Return the change set of a release, which keeps the versions that serve."""
    keeps = {versions.LIVE_VERSIONS: None}
    has_aliases = before is not None and versions.LIVE_VERSIONS in before.parameters
    return changes.propose(
        target.clients,
        stack_name=target.stack,
        template=new.template,
        parameters={**new.parameters, **(keeps if has_aliases else {})},
        creates=before is None,
        poll_s=target.poll_s,
    )


def _agreed_changes(
    target: DeployTarget, before: StackState, new: ReleaseCandidate, watch: Watch
) -> list[Change]:
    """Return what the release changes, once it is confirmed; DeploymentError if it is not."""
    watch.on_step("creating the change set")
    change_set = proposed_changes(target, before, new)
    if change_set is None:
        return []
    # The trial has a change set of its own, with other values.
    changes.discard(target.clients, change_set)
    if not watch.confirm(change_set):
        raise DeploymentError("Nothing was changed.")
    return list(change_set.changes)


def _with_live(before: StackState, live: Mapping[str, str]) -> Parameters:
    """Return the parameters from before, with the versions that did serve then."""
    if versions.LIVE_VERSIONS not in before.parameters:
        return before.parameters  # an older release, whose functions have no alias
    return {**before.parameters, **versions.parameter(live)}


def _given(parameters: Parameters) -> dict[str, str]:
    return {name: value for name, value in parameters.items() if value is not None}
