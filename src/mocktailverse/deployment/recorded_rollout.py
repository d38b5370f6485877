"""Deploy a release and keep a record of it, with its result."""

from typing import Any

import msgspec

from mocktailverse.deployment import artifacts, rollout
from mocktailverse.deployment.candidate import WITHOUT_ECHO, ReleaseCandidate
from mocktailverse.deployment.changes import ChangeSet
from mocktailverse.deployment.kept_releases import KeptRelease, KeptReleases
from mocktailverse.deployment.rollout import Rollout, Watch
from mocktailverse.deployment.target import DeployTarget
from mocktailverse.errors import PermanentError
from mocktailverse.times import now


def kept_releases(target: DeployTarget) -> KeptReleases:
    """Return the kept releases of an environment."""
    bucket = artifacts.bucket_name(target.account.id, target.account.region)
    return KeptReleases(target.clients, bucket, target.env)


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
    )
    releases = kept_releases(target)

    def confirm(change_set: ChangeSet) -> bool:
        agreed = watch.confirm(change_set)
        if agreed:  # from here on, an interruption leaves a trace
            releases.write(kept)
        return agreed

    try:
        done = rollout.roll_out(target, new, msgspec.structs.replace(watch, confirm=confirm))
    except PermanentError as error:
        releases.write(msgspec.structs.replace(kept, result="failed", problem=str(error)))
        raise
    last = next(iter(releases.all()), None)
    if done.moved or last is None or last.result == "unfinished":
        releases.write(msgspec.structs.replace(kept, result="deployed"))
    return done
