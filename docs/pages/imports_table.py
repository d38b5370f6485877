"""Which packages import which, from the import graph that import-linter uses."""

import grimp
from pages.cells import code, table

ROOT = "mocktailverse"


def imports() -> str:
    """Return the table of the packages and what else of the project they import."""
    graph = grimp.build_graph(ROOT, cache_dir=None)
    rows = []
    for package in sorted(graph.find_children(ROOT)):
        modules = graph.find_descendants(package) | {package}
        imported = set[str]().union(*map(graph.find_modules_directly_imported_by, modules))
        parts = {name.split(".")[1] for name in imported - {ROOT}}
        name = package.split(".")[1]
        if len(modules) > 1:
            rows.append((code(name), ", ".join(sorted(parts - {name}))))
    return table(("package", "imports"), rows)
