"""`python -m mocktailverse.local.guarded_emulator`: MiniStack, closed to pages of other web sites.

MiniStack allows every origin (`Access-Control-Allow-Origin: *`), and takes the well-known key
`test` for the account's root user, whose signature it does not verify. Without this guard, any web
page that a developer has open could create a Lambda function, which runs code on this machine.
"""

from ministack import app as ministack  # type: ignore[import-untyped]  # it has no types

from mocktailverse.local import allowed_hosts, worker_pool

REFUSAL = (
    b"The embedded AWS responds to programs and its own pages only, at 127.0.0.1 or localhost.\n"
)


def _is_allowed(raw: allowed_hosts.RawHeaders) -> bool:
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in raw}
    host = headers.get("host", "")
    origin, site = headers.get("origin"), headers.get("sec-fetch-site")
    return allowed_hosts.names_this_machine(host) and allowed_hosts.is_our_own(host, origin, site)


if __name__ == "__main__":
    worker_pool.install()
    ministack.app = allowed_hosts.guarded(ministack.app, _is_allowed, 403, REFUSAL)
    ministack.main()
