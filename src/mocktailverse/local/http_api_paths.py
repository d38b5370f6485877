"""Deliver paths to functions as API Gateway's HTTP APIs do.

An HTTP API decodes the path of a request, and cuts it at a decoded `?`. That was seen in requests
captured on AWS (github.com/hotsock/voker/pull/8, quoted in github.com/middleapi/standard-server/
pull/93); AWS does not document it. MiniStack decodes every escape except `%25`, and does not cut.
The API's function relies on complete decoding: docs/decisions/0033-what-a-visitor-can-cause.md.
"""

from urllib.parse import unquote

from ministack.services import apigateway

from mocktailverse.local.patched_modules import require_unchanged

PATCHED = {  # digest of a public file, which a search for secrets takes for a key
    # pragma: allowlist nextline secret
    apigateway: "7cf00e1ec76bdcbc02d96d4980a10626ffe4319f956de02b2ea520d68e327196"
}
"""SHA-256 of the source file that the patch was written for (MiniStack 1.5.33)."""


def install() -> None:
    """Replace MiniStack's decoding of paths.

    Raises:
        SystemExit: MiniStack is not the version that the patch was written for.
    """
    require_unchanged(PATCHED, __name__, "0033-what-a-visitor-can-cause.md")
    apigateway.decode_http_api_path = delivered_path


def delivered_path(raw_path: str) -> str:
    """Return the path that a function gets for the path of a request."""
    return unquote(raw_path, errors="replace").partition("?")[0]
