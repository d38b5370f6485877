"""Datasette's command line."""

from pathlib import Path
from typing import Final

from mocktailverse.local.browser.databases import CATALOGUE, LOADS
from mocktailverse.local.tcp_ports import HOST

METADATA = Path(__file__).with_name("metadata.yaml")
STYLES = Path(__file__).with_name("static")
PLUGINS = Path(__file__).with_name("plugins")

SETTINGS: Final = {
    "sql_time_limit_ms": "3000",
    "facet_time_limit_ms": "1000",
    "num_sql_threads": "3",
    "max_returned_rows": "1000",  # of at most 512 KiB; see plugins/sql_limits.py
    "default_facet_size": "20",
    "truncate_cells_html": "300",
    "suggest_facets": "off",  # each suggestion counts a whole column
    "default_cache_ttl": "0",  # the files change while it runs
    "max_csv_mb": "100",
}


def command(folder: Path, port: int) -> list[str]:
    """Return the command line that serves the files in a folder: a module and its arguments."""
    settings = [word for name, value in SETTINGS.items() for word in ("--setting", name, value)]
    return [
        *("datasette", "serve", str(folder / CATALOGUE), str(folder / LOADS)),
        *("--host", HOST, "--port", str(port), "--metadata", str(METADATA)),
        *("--static", f"browser:{STYLES}", "--plugins-dir", str(PLUGINS), *settings),
    ]
