"""The releases of each environment, kept in the artifact bucket to be deployed again.

    releases/<env>/<time in ms>-<release id>.json    a deployment, with its parameters and result
    templates/<sha256>.yaml                          the template as CloudFormation got it
    functions/<sha256>.zip                           the code

No record holds a secret: a parameter without echo is null, and keeps the stack's value.
"""

from collections.abc import Container, Mapping, Sequence
from typing import Any, Literal

import msgspec
from msgspec import Struct

from mocktailverse.deployment import artifacts
from mocktailverse.deployment.artifacts import Artifact
from mocktailverse.deployment.candidate import ReleaseCandidate
from mocktailverse.deployment.function_versions import LIVE_VERSIONS
from mocktailverse.deployment.package import Architecture
from mocktailverse.deployment.release import Release
from mocktailverse.errors import UsageError
from mocktailverse.stores.clients import Clients
from mocktailverse.stores.error_translation import ignored

_BEFORE_RECORDS = (
    "A release from before releases were kept can be deployed again from its commit only."
)

Result = Literal["unfinished", "deployed", "failed"]


class KeptRelease(Struct, frozen=True):
    """One deployment of a release to an environment."""

    id: str
    """The release's id: a hash of its code, template and parameters."""
    env: str
    at: int
    """When its deployment began, in ms since 1970 UTC."""
    by: str
    """ARN of the user or role that deployed it."""
    zip: str
    """SHA-256 of its code in hex."""
    artifact: Artifact
    runtime: str
    architecture: Architecture
    template: str
    """Key of the template."""
    parameters: dict[str, str | None]
    result: Result
    """`unfinished` if the deployment was interrupted."""
    problem: str | None = None
    """Why it failed."""
    is_rollback: bool = False
    """Whether the deployment returned to an earlier release."""
    plan: Any = None
    """What the release was expected to change in the data."""
    stack_id: str | None = None
    """ARN of the stack, which a new one of the same name does not share; None in old records."""
    versions_before: str | None = None
    """The stack's parameter `LiveVersions` before; None without a stack, and in old records."""

    def has_settings_of(self, parameters: Mapping[str, str]) -> bool:
        """Return whether a stack with these parameters has the release's settings and code."""
        given = {name: value for name, value in self.parameters.items() if value is not None}
        return given.items() <= parameters.items()


class KeptReleases(Struct, frozen=True):
    """The kept releases of one environment."""

    clients: Clients
    bucket: str
    env: str

    def write(self, kept: KeptRelease) -> None:
        """Store a release; a later result replaces an earlier one."""
        self.clients.s3.put_object(
            Bucket=self.bucket,
            Key=f"releases/{self.env}/{kept.at:013d}-{kept.id}.json",
            Body=msgspec.json.encode(kept),
            ContentType="application/json",
        )

    def all(self) -> list[KeptRelease]:
        """Return all deployments, the newest first."""
        pages = self.clients.s3.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=f"releases/{self.env}/"
        )
        keys: list[str] = []
        with ignored("NoSuchBucket"):
            keys = [entry["Key"] for page in pages for entry in page.get("Contents", [])]
        return [
            msgspec.json.decode(self._read(key), type=KeptRelease)
            for key in sorted(keys, reverse=True)
        ]

    def candidate(self, kept: KeptRelease) -> ReleaseCandidate:
        """Return the candidate that deploys a kept release again.

        Raises:
            PermanentError: its zip is missing or damaged.
            UsageError: its template is missing.
        """
        artifacts.verify(self.clients, kept.artifact)
        with ignored("NoSuchKey"):
            template = self._read(kept.template).decode()
            release = Release(kept.artifact, kept.runtime, kept.architecture, None)
            return ReleaseCandidate(release, template, kept.parameters, kept.id)
        raise UsageError(f"The template of release {kept.id[:12]}, `{kept.template}`, is missing.")

    def _read(self, key: str) -> bytes:
        return self.clients.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()


def running(
    kept: Sequence[KeptRelease], codes: Container[str], parameters: Mapping[str, str]
) -> KeptRelease | None:
    """Return the deployment whose release runs, of all, the newest first; None if there is none.

    What an interrupted deployment has reached, only the stack shows: `codes` are the hashes in
    Base64 of the code that serves. If only its settings were new, an older release has the same
    code, and runs unless the stack's `parameters` show that the interrupted one serves.
    """
    good = [one for one in kept if one.result != "failed" and one.artifact.code_sha256 in codes]
    newest = next(iter(good), None)
    if newest is None or newest.result == "deployed":
        return newest
    is_switched = parameters.get(LIVE_VERSIONS) != newest.versions_before
    if is_switched and newest.has_settings_of(parameters):
        return newest
    same = (one for one in good if one.zip == newest.zip and one.result == "deployed")
    return next(same, newest)


def chosen(
    kept: Sequence[KeptRelease], prefix: str | None, stack_id: str | None = None
) -> KeptRelease:
    """Return the release to return to: by the prefix of its id or of its zip's hash, or the last.

    `kept` are all deployments, the newest first; without a prefix, those of another stack than
    `stack_id` do not count: of an environment that was destroyed meanwhile.

    Raises:
        UsageError: no release has this prefix, or several have; or there is none before.
    """
    good = {one.id: one for one in reversed(kept) if one.result == "deployed"}
    if prefix is None:
        return _previous([one for one in kept if one.stack_id in (None, stack_id)], good)
    hashes = [(one, (one.id, one.zip)) for one in good.values()]
    matches = [one for one, names in hashes if any(name.startswith(prefix) for name in names)]
    if len(matches) == 1:
        return matches[0]
    if matches:
        ids = ", ".join(one.id[:12] for one in matches)
        raise UsageError(f"Several releases begin with `{prefix}`: {ids}. Write more of one.")
    raise UsageError(
        f"No kept release begins with `{prefix}`. See `mocktailverse releases`. {_BEFORE_RECORDS}"
    )


def _previous(kept: Sequence[KeptRelease], good: Mapping[str, KeptRelease]) -> KeptRelease:
    """Return the release before the one that runs; a rollback takes back what it returned from.

    Example: A, B, C, then a rollback to B: the one before is A, not C.
    """
    history: list[str] = []
    for one in reversed(kept):
        if one.result == "failed":
            continue
        if one.is_rollback and one.id in history:
            del history[len(history) - history[::-1].index(one.id) :]
        elif history[-1:] != [one.id]:
            history.append(one.id)
    before = [one for one in history[:-1] if one in good]
    if not before:
        raise UsageError(
            "There is no kept release before the one that runs. `mocktailverse releases` lists all;"
            f" add the id of one to return to it. {_BEFORE_RECORDS}"
        )
    return good[before[-1]]
