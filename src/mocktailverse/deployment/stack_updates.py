"""The updates of a stack by one deployment, which end once another deployment changes the stack."""

from collections.abc import Callable

from msgspec import Struct

from mocktailverse.deployment import apply
from mocktailverse.deployment.candidate import Parameters
from mocktailverse.deployment.changes import ChangeSet
from mocktailverse.deployment.events import Reporter
from mocktailverse.deployment.target import DeployTarget
from mocktailverse.errors import UsageError
from mocktailverse.stores import cloudformation_stack as stack


class OvertakenError(UsageError):
    """Another deployment has changed the stack, so this one must not change it any further."""


class StackUpdates(Struct, frozen=True):
    """Updates a stack as long as no other deployment does (optimistic locking)."""

    target: DeployTarget
    confirm: Callable[[ChangeSet], bool]
    on_progress: Reporter
    on_event: Reporter
    times: list[object]
    """When the stack was updated: first before this deployment, then by it."""

    @classmethod
    def begin(
        cls,
        target: DeployTarget,
        confirm: Callable[[ChangeSet], bool],
        on_progress: Reporter,
        on_event: Reporter,
    ) -> "StackUpdates":
        """Return the updates of a deployment, before it reads the stack's state."""
        return cls(target, confirm, on_progress, on_event, [_updated_at(target)])

    def require_unchanged(self) -> None:
        """Raise OvertakenError if another deployment has changed the stack."""
        if _updated_at(self.target) != self.times[-1]:
            env = self.target.env
            raise OvertakenError(
                f"Another deployment has changed `{self.target.stack}` since this one began, so"
                f" this one changes nothing more. See `mocktailverse releases --env {env}`, then"
                " deploy again."
            )

    def apply(self, template: str, parameters: Parameters) -> dict[str, str]:
        """Do what `apply.deploy` does, unless another deployment has changed the stack."""
        self.require_unchanged()
        try:
            outputs = apply.deploy(
                self.target.clients,
                stack_name=self.target.stack,
                template=template,
                parameters=parameters,
                confirm=self.confirm,
                on_progress=self.on_progress,
                on_event=self.on_event,
                rehearsal=self.target.rehearsal,
                poll_s=self.target.poll_s,
            )
        except UsageError:  # nothing was changed, maybe because another deployment has begun
            raise
        except Exception:
            self.note()
            raise
        self.note()
        return outputs

    def note(self) -> None:
        """Note that this deployment itself has just changed the stack."""
        self.times.append(_updated_at(self.target))


def _updated_at(target: DeployTarget) -> object:
    description = stack.describe(target.clients, target.stack)
    return description.get("LastUpdatedTime") if description else None
