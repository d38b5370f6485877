"""Deploy a release so that it proves itself before it serves, and return to the one before if not.

    try      CloudFormation applies the release, but the versions before keep serving
    probe    each function gets a version, which is invoked directly
    switch   CloudFormation moves the alias `live` of each function to this version
    check    the canary goes its whole way through what serves now

If a step fails, the versions before serve (again) at once, and CloudFormation applies the template
and the parameters from before; if the release did serve, what serves again is checked, too. The
first deployment of an environment has nothing to return to: it is applied and checked.
"""

from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress

from msgspec import Struct

from mocktailverse.deployment import changes, create_only, function_code, rehearsal_mark
from mocktailverse.deployment import function_versions as versions
from mocktailverse.deployment.candidate import Parameters, ReleaseCandidate, StackState, read_state
from mocktailverse.deployment.catalogue_switch import catalogue_format
from mocktailverse.deployment.changes import Change, ChangeSet, DeploymentError
from mocktailverse.deployment.completion import complete
from mocktailverse.deployment.events import Reporter
from mocktailverse.deployment.live_check import LiveCheck
from mocktailverse.deployment.probes import ProbeFailure, Prober
from mocktailverse.deployment.stack_updates import OvertakenError, StackUpdates
from mocktailverse.deployment.target import DeployTarget
from mocktailverse.errors import MocktailverseError
from mocktailverse.stores import cloudformation_stack as stack
from mocktailverse.stores.error_translation import translated
from mocktailverse.stores.functions import LIVE


class Watch(Struct, frozen=True):
    """What a person sees of a deployment, and decides."""

    confirm: Callable[[ChangeSet], bool]
    """Receives the changes; if it returns False or raises, nothing is changed."""
    on_step: Reporter
    on_event: Reporter
    on_progress: Reporter
    """Receives how far a step is, at each look at the stack."""


class Rollout(Struct, frozen=True):
    """A deployment that succeeded."""

    outputs: Mapping[str, str]
    changes: tuple[Change, ...]
    """Empty if the stack was up to date."""
    moved: bool
    """Whether other versions serve than before."""
    canary_ms: int
    """The canary's way from the raw object to the API."""


def roll_out(
    target: DeployTarget, new: ReleaseCandidate, watch: Watch, running_id: str | None = None
) -> Rollout:
    """Deploy a release, and return to the one before if it does not prove itself.

    `running_id` is the id of the kept release that runs before; None if it is not kept.

    Raises:
        UsageError: the update is not possible, or another deployment is under way.
        DeploymentError: the release failed; the message says which step and function, and what
            serves now.
    """
    description = stack.describe(target.clients, target.stack)
    rehearsal_mark.require_own(description, target.stack, target.rehearsal)
    live: dict[str, str] = {}
    proposed: list[Change] = []

    def confirm(change_set: ChangeSet) -> bool:
        """Let a person confirm what creates a stack; updates are confirmed before the first one."""
        if not change_set.creates:
            return True
        proposed.extend(change_set.changes)
        return watch.confirm(change_set)

    updates = StackUpdates.begin(target, confirm, watch.on_progress, watch.on_event)
    before = read_state(target.clients, target.stack)
    number = catalogue_format(target.clients, new.release.artifact)
    if before:
        create_only.require_possible(before, new)
        check = LiveCheck.of(target, before.outputs, number, watch.on_event)
        proposed = _agreed_changes(target, before, new, watch)
        updates.require_unchanged()
        for name in function_code.restore_latest_code(target.clients, target.stack):
            watch.on_event(f"{name} runs other code; it will run the stack's code again.")
        live = versions.pin_live(target.clients, target.stack)
        # Old readers still serve; the release's publish function needs its file when it is tried.
        check.catalogue.prepare()
        if not proposed and versions.publish_all(target.clients, target.stack) == live:
            live = {}  # the stack is up to date
    with ExitStack() as cleanup:
        return _Work(
            target, new, watch, updates, before, live, proposed, number, running_id, cleanup
        ).run()


class _Work(Struct, frozen=True):
    """The work of one deployment."""

    target: DeployTarget
    new: ReleaseCandidate
    watch: Watch
    updates: StackUpdates
    before: StackState | None
    """None if this deployment creates the stack."""
    live: Mapping[str, str]
    """The versions that serve before; empty if there are none, or if they are the release's."""
    changes: list[Change]
    """What changes; of a new stack, filled while it is created."""
    number: int
    """The catalogue format of the release."""
    running_id: str | None
    """The id with which a person can return to the release before, if this fails to."""
    cleanup: ExitStack
    """Is closed after the deployment."""

    def run(self) -> Rollout:
        clients, name = self.target.clients, self.target.stack
        outputs = self.before.outputs if self.before else {}
        if self._moves:
            self.watch.on_step("applying the release, while the one before serves")
            # A new stack has nothing that serves before: its aliases name the latest code.
            outputs = self.updates.apply(self.new.template, self._parameters(self.live))
        is_switched = False
        try:
            with translated(f"Deploying {self.target.env}"):
                check = self._check(outputs, self.number)
                if self._moves:
                    published = versions.publish_all(clients, name)
                    if self.live:
                        self._try(check, published)
                    self.updates.require_unchanged()
                    self.watch.on_step("switching to the release")
                    is_switched = True
                    outputs = self.updates.apply(self.new.template, self._parameters(published))
                complete(self.target, outputs, self.watch.on_event)
                self.updates.note()  # protecting the stack may count as an update of it
                canary_ms = self._run(check, is_new=not self.live)
                if not self.live:
                    self._try_scheduled(check)
        except OvertakenError:
            raise
        except Exception as error:  # also an unexpected one must not leave the release serving
            reason = str(error) if isinstance(error, MocktailverseError) else repr(error)
            raise DeploymentError(f"{reason}\n{self._return(is_switched=is_switched)}") from error
        if self._moves:
            versions.delete_older(clients, name, self.live)
        return Rollout(outputs, tuple(self.changes), self._moves, canary_ms)

    @property
    def _moves(self) -> bool:
        """Whether the release replaces what serves, or is the first one."""
        return bool(self.live) or self.before is None

    def _parameters(self, serving: Mapping[str, str]) -> Parameters:
        return {**self.new.parameters, **versions.parameter(serving)}

    def _try(self, check: LiveCheck, published: Mapping[str, str]) -> None:
        """Raise DeploymentError if a version of the release fails when it is tried."""
        self.watch.on_step("trying the release's version of each function")
        publish = f"{check.canary.stores.output('PublishFunction')}:{published['publish']}"
        check.catalogue.catch_up({}, publish)  # before readers get its file
        prober = Prober(published, check.canary, f"{self.new.id} is tried")
        self._require_none(prober.failures(), "The release was tried before it serves")

    def _try_scheduled(self, check: LiveCheck) -> None:
        """Raise DeploymentError if a function fails that serves, but that no canary passes."""
        serving = dict.fromkeys(versions.FUNCTIONS, LIVE)
        failures = Prober(serving, check.canary, "").scheduled()
        self._require_none(failures, "The functions that a schedule starts were tried")

    def _require_none(self, failures: list[ProbeFailure], when: str) -> None:
        if failures:
            details = "".join(map(str, failures))
            raise DeploymentError(
                f"{when}, and {len(failures)} of {len(versions.FUNCTIONS)} functions failed:"
                f"{details}\nFix the cause, and deploy again; `mocktailverse logs --env"
                f" {self.target.env} --function {failures[0].function} --since 10m` shows more."
            )

    def _check(self, outputs: Mapping[str, str], number: int) -> LiveCheck:
        """Return a check, of whose canary nothing is left after the deployment."""
        check = LiveCheck.of(self.target, outputs, number, self.watch.on_event)
        self.cleanup.callback(check.canary.abandon)
        return check

    def _run(self, check: LiveCheck, *, is_new: bool) -> int:
        self.watch.on_step("sending a canary through what serves now")
        return check.run(f"{self.new.id} at {check.canary.started_at}", is_new=is_new)

    def _return(self, *, is_switched: bool) -> str:
        """Return to the release before; return what serves now, as text."""
        if self.before is None:
            return (
                "This was the first deployment, so there is nothing to return to. Fix the cause and"
                " deploy again."
            )
        if not self._moves:
            return (
                "The stack was up to date, so nothing was changed. `mocktailverse rollback --env"
                f" {self.target.env}` returns to the release before, if one is kept."
            )
        clients, name = self.target.clients, self.target.stack
        try:
            with translated("Returning to the release before"):
                self.updates.require_unchanged()
                versions.serve(clients, name, self.live)  # at once: an update takes minutes
                self.watch.on_step("returning to the release before")
                parameters = _with_live(self.before, self.live)
                outputs = self.updates.apply(self.before.template, parameters)
        except OvertakenError as error:
            return str(error)
        except MocktailverseError as error:
            with suppress(MocktailverseError), translated("Returning to the release before"):
                versions.serve(clients, name, self.live)
            return (
                f"The functions' versions from before serve, but the stack did not return: {error}"
                f" {self._advice}"
            )
        returned = "The release before serves, and the stack has returned to it"
        try:
            with translated("Checking the release before"):
                if is_switched:  # it may lack what the release has published meanwhile
                    number = catalogue_format(clients, self.before.artifact)
                    self._run(self._check(outputs, number), is_new=False)
        except MocktailverseError as error:
            return f"{returned}, but its check failed: {error}"
        return f"{returned}."

    @property
    def _advice(self) -> str:
        """What returns to the release before; without an id, `rollback` goes one further back."""
        if self.running_id is None:
            return "Deploy again."
        command = f"mocktailverse rollback --env {self.target.env} {self.running_id[:12]}"
        return f"Run `{command}`, or deploy again."


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
