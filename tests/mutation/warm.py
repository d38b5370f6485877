"""Put a fault into modules that are already imported, or let all modules be imported again."""

import gc
import sys
from collections.abc import Iterator
from functools import _lru_cache_wrapper
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

Place = tuple[str, str, int]
"""File, qualified name and first line of a function."""


def functions_by_place(folder: Path) -> dict[Place, list[FunctionType]]:
    """Return every function of this process that was defined in a folder."""
    places: dict[Place, list[FunctionType]] = {}
    for candidate in gc.get_objects():
        if type(candidate) is FunctionType and candidate.__code__.co_filename.startswith(
            f"{folder}/"
        ):
            places.setdefault(_place(candidate.__code__), []).append(candidate)
    return places


def patch(functions: dict[Place, list[FunctionType]], file: Path, mutated: bytes) -> bool:
    """Give existing functions the code of a mutated file; return whether any changed."""
    before = dict(_codes(compile(file.read_bytes(), file, "exec", dont_inherit=True)))
    changed = False
    for place, code in _codes(compile(mutated, file, "exec", dont_inherit=True)):
        if code != before.get(place):
            for function in functions.get(place, ()):
                if function.__code__.co_freevars == code.co_freevars:
                    function.__code__ = code
                    changed = True
    return changed


def can_patch(file: Path, mutated: bytes) -> bool:
    """Return whether existing functions can get the code of a mutated file.

    A function whose free variables change, such as a method that no longer calls `super()`, must
    be created again.
    """
    before = dict(_codes(compile(file.read_bytes(), file, "exec", dont_inherit=True)))
    return all(
        place not in before or before[place].co_freevars == code.co_freevars
        for place, code in _codes(compile(mutated, file, "exec", dont_inherit=True))
    )


def caches() -> list[Any]:
    """Return the package's cached functions; the search takes a tenth of a second."""
    return [
        candidate
        for candidate in gc.get_objects()
        if type(candidate) is _lru_cache_wrapper
        and candidate.__module__.startswith("mocktailverse")
    ]


def forget_modules(root: Path) -> None:
    """Let everything below a folder be imported again."""
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None) or ""
        if file.startswith(f"{root}/") or name.split(".")[0] == "mocktailverse":
            del sys.modules[name]


class MutatedImport(MetaPathFinder, SourceFileLoader):
    """Imports one module from a mutated text."""

    def __init__(self, name: str, file: Path, mutated: bytes) -> None:
        super().__init__(name, str(file))
        self._mutated = mutated

    def find_spec(
        self, fullname: str, _path: object = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Claim the one module."""
        if fullname != self.name:
            return None
        return spec_from_file_location(
            fullname,
            self.path,
            loader=self,
            submodule_search_locations=(
                [str(Path(self.path).parent)] if self.path.endswith("__init__.py") else None
            ),
        )

    def get_code(self, _fullname: str) -> CodeType:
        """Compile the mutated text."""
        return compile(self._mutated, self.path, "exec", dont_inherit=True)


def _codes(code: CodeType) -> Iterator[tuple[Place, CodeType]]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield _place(constant), constant
            yield from _codes(constant)


def _place(code: CodeType) -> Place:
    return code.co_filename, code.co_qualname, code.co_firstlineno
