"""Deploy a release and keep a record of it, with its result."""

from collections.abc import Sequence
from typing import Any

import msgspec

from mocktailverse.deployment import artifacts, function_code, rollout
from mocktailverse.deployment.candidate import WITHOUT_ECHO, ReleaseCandidate
from mocktailverse.deployment.changes import ChangeSet
from mocktailverse.deployment.function_versions import LIVE_VERSIONS
from mocktailverse.deployment.kept_releases import KeptRelease, KeptReleases, Result, running
from mocktailverse.deployment.rollout import Rollout, Watch
from mocktailverse.deployment.target import DeployTarget
from mocktailverse.errors import PermanentError, UsageError
from mocktailverse.stores import cloudformation_stack as stack
from mocktailverse.times import now


def kept_releases(target: DeployTarget) -> KeptReleases:
    """Return the kept releases of an environment."""
    bucket = artifacts.bucket_name(target.account.id, target.account.region)
    return KeptReleases(target.clients, bucket, target.env)


def find_running(target: DeployTarget, kept: Sequence[KeptRelease]) -> KeptRelease | None:
    """Return which of the kept deployments, the newest first, runs; None if it has no record."""
    description = stack.describe(target.clients, target.stack)
    if description is None or description["StackStatus"] in stack.NOT_THERE:
        return None
    codes = function_code.function_codes(target.clients, target.stack)
    present = {code.code_sha256 for code in codes}
    return running(kept, present, stack.parameters(description))


def stack_id(target: DeployTarget) -> str | None:
    """Return the ARN of an environment's stack; None if there is none."""
    description = stack.describe(target.clients, target.stack)
    return description.get("StackId") if description else None


def roll_out(
    target: DeployTarget,
    new: ReleaseCandidate,
    watch: Watch,
    *,
    is_rollback: bool = False,
    plan: Any = None,  # noqa: ANN401  whatever was planned, as JSON
) -> Rollout:
    """Do what `rollout.roll_out` does, and keep the release with its result.

    A release that the stack already runs is not kept a second time, unless its deployment was
    interrupted before it was proven. Errors are those of `rollout`.
    """
    kept = KeptRelease(
        id=new.id,
        env=target.env,
        at=now(),
        by=target.account.caller,
        zip=new.release.artifact.sha256,
        artifact=new.release.artifact,
        runtime=new.release.runtime,
        architecture=new.release.architecture,
        template=artifacts.template_key(new.template),
        parameters={**new.parameters, **dict.fromkeys({WITHOUT_ECHO} & {*new.parameters})},
        result="unfinished",
        is_rollback=is_rollback,
        plan=plan,
        versions_before=_live_versions(target),
    )
    releases = kept_releases(target)
    is_begun = False

    def write(result: Result, problem: str | None = None) -> None:
        fields = {"result": result, "problem": problem, "stack_id": stack_id(target)}
        releases.write(msgspec.structs.replace(kept, **fields))

    before = find_running(target, releases.all())

    def confirm(change_set: ChangeSet) -> bool:
        nonlocal is_begun
        agreed = is_begun = watch.confirm(change_set)
        if agreed:  # from here on, an interruption leaves a trace
            write("unfinished")
        return agreed

    recording = msgspec.structs.replace(watch, confirm=confirm)
    running_id = before.id if before and before.result == "deployed" else None
    try:
        done = rollout.roll_out(target, new, recording, running_id)
    except (PermanentError, UsageError) as error:
        if isinstance(error, UsageError) and not is_begun:
            raise  # it was refused: no deployment
        write("failed", str(error))
        raise
    last = next(iter(releases.all()), None)
    if done.moved or last is None or last.result == "unfinished":
        write("deployed")
    return done


def _live_versions(target: DeployTarget) -> str | None:
    description = stack.describe(target.clients, target.stack)
    return stack.parameters(description).get(LIVE_VERSIONS) if description else None
