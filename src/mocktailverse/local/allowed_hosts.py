"""Whether a request to this machine's loopback comes from us, or from a page of another web site.

A browser lets any site send requests to 127.0.0.1. So servers that trust whoever reaches them want
two things: the host has to be this machine by its own name (a foreign name that leads here is DNS
rebinding), and what a browser says of the asking page has to be that it is the server's own.
Programs say nothing of pages.
"""

HOSTS = frozenset({"127.0.0.1", "localhost"})
OWN_SITES = frozenset({"same-origin", "none"})
"""What a browser's Sec-Fetch-Site says of a server's own pages, and of an address typed by hand."""


def names_this_machine(host: str) -> bool:
    """Whether a Host header, with or without a port, is this machine's own name."""
    name, _, port = host.partition(":")
    return name in HOSTS and (port.isdecimal() or not port)


def is_our_own(host: str, origin: str | None, site: str | None) -> bool:
    """Whether a request comes from a page of this very server, or from no page.

    Args:
        host: the header Host.
        origin: the header Origin; None without one.
        site: the header Sec-Fetch-Site; None without one.
    """
    return origin in (None, f"http://{host}") and (site is None or site in OWN_SITES)
