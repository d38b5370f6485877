"""The mutants of a source file: small faults, each an edit of a few bytes of the text."""

import ast
import difflib
import re
from typing import NamedTuple

Span = tuple[int, int]

_COMPARISONS: dict[type[ast.cmpop], tuple[str, str]] = {
    ast.Lt: ("<", "<="), ast.LtE: ("<=", "<"), ast.Gt: (">", ">="), ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="), ast.NotEq: ("!=", "=="), ast.Is: ("is", "is not"),
    ast.IsNot: (r"is\s+not", "is"), ast.In: ("in", "not in"), ast.NotIn: (r"not\s+in", "in"),
}  # fmt: skip
_ARITHMETIC: dict[type[ast.operator], tuple[str, str]] = {
    ast.Add: (r"\+", "-"), ast.Sub: ("-", "+"), ast.Mult: (r"\*", "/"), ast.Div: ("/", "*"),
    ast.FloorDiv: ("//", "/"), ast.Mod: ("%", "*"), ast.Pow: (r"\*\*", "*"),
    ast.LShift: ("<<", ">>"), ast.RShift: (">>", "<<"), ast.BitAnd: ("&", "|"),
    ast.BitOr: (r"\|", "&"), ast.BitXor: (r"\^", "|"),
}  # fmt: skip
_TRUTH_OF_NAMES = (ast.Name, ast.Attribute, ast.Call, ast.NamedExpr, ast.Subscript)
_LOGGERS = re.compile(r"^(_?log|_?logger|logging|warnings)$")
_TYPING = {"cast", "TypeVar", "NewType"}
_LABELS = {"translated"}
"""Functions whose text argument is shown to people."""
_SENTENCE = re.compile(r"^[A-Z`{].* .*[.…!?]$", re.DOTALL)
_CLASS_KEYWORDS = {"frozen", "kw_only", "gc", "cache_hash", "eq", "order", "metaclass"}
_HUMAN_KEYWORDS = {"thread_name_prefix", "help", "description"}


class Mutant(NamedTuple):
    """One fault: a replacement for the bytes from `start` to `end` of a file.

    `first_line` to `last_line` is its statement. `function` is the qualified name of the function
    or class around it, which is empty at the top of a module.
    """

    path: str
    function: str
    first_line: int
    last_line: int
    operator: str
    start: int
    end: int
    replacement: bytes

    def applied(self, source: bytes) -> bytes:
        """Return the mutated text."""
        return source[: self.start] + self.replacement + source[self.end :]

    def lines(self, source: bytes) -> tuple[str, str]:
        """Return the changed lines before and after, stripped: with path and function, the key."""
        before, after = source.splitlines(), self.applied(source).splitlines()
        changed = [pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]]
        texts = [" ".join(line.decode().strip() for line in side) for side in zip(*changed)]  # noqa: B905 - columns of pairs
        return texts[0].strip(), texts[1].strip()

    def diff(self, source: bytes) -> str:
        """Return a unified diff of the fault."""
        before, after = (
            text.decode().splitlines(keepends=True) for text in (source, self.applied(source))
        )
        return "".join(difflib.unified_diff(before, after, self.path, self.path, n=2))


def mutants(path: str, source: bytes) -> list[Mutant]:
    """Return the mutants of a file that compile, in the order of the text."""
    finder = _Finder(path, source)
    finder.visit(ast.parse(source))
    distinct = {(mutant.start, mutant.end, mutant.replacement): mutant for mutant in finder.mutants}
    return [distinct[key] for key in sorted(distinct) if _compiles(distinct[key], source)]


def _compiles(mutant: Mutant, source: bytes) -> bool:
    try:
        compile(mutant.applied(source), mutant.path, "exec", dont_inherit=True)
    except SyntaxError:
        return False
    return True


class _Finder(ast.NodeVisitor):
    def __init__(self, path: str, source: bytes) -> None:
        self.path = path
        self.source = source
        self.mutants: list[Mutant] = []
        self._starts = [0]
        for line in source.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))
        self._names: list[str] = []
        self._lines = (1, 1)
        self._in_message = False

    # ---- positions

    def visit(self, node: ast.AST) -> None:
        before = self._lines
        if isinstance(node, ast.stmt | ast.ExceptHandler):
            self._lines = node.lineno, _last_own_line(node)
        elif isinstance(node, ast.match_case):
            end = node.guard or node.pattern
            self._lines = node.pattern.lineno, end.end_lineno or end.lineno
        super().visit(node)
        self._lines = before

    def span(self, node: ast.AST) -> Span:
        assert isinstance(node, ast.expr | ast.stmt | ast.keyword)
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return (
            self._starts[node.lineno - 1] + node.col_offset,
            self._starts[node.end_lineno - 1] + node.end_col_offset,
        )

    def edit(self, operator: str, span: Span, replacement: str | bytes) -> None:
        """Add a mutant that has as many lines as the original."""
        start, end = span
        text = replacement.encode() if isinstance(replacement, str) else replacement
        text += b"\n" * (self.source[start:end].count(b"\n") - text.count(b"\n"))
        name = ".".join(self._names)
        self.mutants.append(Mutant(self.path, name, *self._lines, operator, start, end, text))

    def swap(self, operator: str, left: ast.AST, right: ast.AST, old: str, new: str) -> None:
        """Replace the operator between two nodes."""
        start, end = self.span(left)[1], self.span(right)[0]
        between = re.sub(rb"#[^\n]*", lambda c: b" " * len(c[0]), self.source[start:end])
        place = re.search(old.encode(), between)
        assert place, (self.path, self._lines, old)
        self.edit(operator, (start + place.start(), start + place.end()), new)

    # ---- statements

    def _named(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> None:
        self._names.append(node.name)
        if not isinstance(node, ast.ClassDef):
            for default in (*node.args.defaults, *node.args.kw_defaults):
                if default is not None:
                    self.visit(default)
        else:
            for keyword in node.keywords:
                if keyword.arg not in _CLASS_KEYWORDS:
                    self.visit(keyword.value)
        for statement in node.body:
            self.visit(statement)
        self._names.pop()

    visit_FunctionDef = visit_AsyncFunctionDef = visit_ClassDef = _named  # noqa: N815 - names of ast.NodeVisitor

    def visit_Expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Constant):
            return
        if isinstance(node.value, ast.Call | ast.Await) and not _is_logging(node.value):
            self.edit("statement deleted", self.span(node), "pass")
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        names = [target.id for target in node.targets if isinstance(target, ast.Name)]
        if {"__all__", "__slots__"} & set(names):
            return
        if any(isinstance(target, ast.Attribute | ast.Subscript) for target in node.targets):
            self.edit("statement deleted", self.span(node), "pass")
        if not _is_type(node.value):
            self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is None or "TypeAlias" in ast.unparse(node.annotation):
            return
        if isinstance(node.target, ast.Attribute | ast.Subscript):
            self.edit("statement deleted", self.span(node), "pass")
        self.visit(node.value)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self.edit("statement deleted", self.span(node), "pass")
        old, new = _ARITHMETIC[type(node.op)]
        self.swap("arithmetic", node.target, node.value, old + "=", new + "=")
        self.generic_visit(node)

    def visit_Delete(self, node: ast.Delete) -> None:
        self.edit("statement deleted", self.span(node), "pass")
        self.generic_visit(node)

    def visit_Raise(self, node: ast.Raise) -> None:
        self.edit("statement deleted", self.span(node), "pass")
        before, self._in_message = self._in_message, True
        if node.exc:
            self.visit(node.exc)
        self._in_message = before

    def visit_Return(self, node: ast.Return) -> None:
        self._none_for(node.value)
        self.generic_visit(node)

    def visit_Yield(self, node: ast.Yield) -> None:
        self._none_for(node.value)
        self.generic_visit(node)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._none_for(node.body)
        self.generic_visit(node)

    def _none_for(self, value: ast.expr | None) -> None:
        if value is not None and not (isinstance(value, ast.Constant) and value.value is None):
            self.edit("value to None", self.span(value), "None")

    def visit_Break(self, node: ast.Break) -> None:
        self.edit("break and continue", self.span(node), "continue")

    def visit_Continue(self, node: ast.Continue) -> None:
        self.edit("break and continue", self.span(node), "break")

    def visit_If(self, node: ast.If) -> None:
        if "TYPE_CHECKING" in ast.unparse(node.test):
            return
        self._negate(node.test)
        self.generic_visit(node)

    def visit_While(self, node: ast.While) -> None:
        self._negate(node.test)
        self.generic_visit(node)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self._negate(node.test)
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        for condition in node.ifs:
            self._negate(condition)
        self.generic_visit(node)

    def _negate(self, test: ast.expr) -> None:
        """Negate a condition that no other operator negates."""
        if isinstance(test, _TRUTH_OF_NAMES):
            start, end = self.span(test)
            self.edit("condition", (start, end), b"not (" + self.source[start:end] + b")")

    # ---- expressions

    def visit_Compare(self, node: ast.Compare) -> None:
        for left, operator, right in zip(
            (node.left, *node.comparators), node.ops, node.comparators, strict=False
        ):
            old, new = _COMPARISONS[type(operator)]
            self.swap("comparison", left, right, old, new)
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        old, new = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
        for left, right in zip(node.values, node.values[1:], strict=False):
            self.swap("and and or", left, right, old, new)
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        start = self.span(node)[0]
        match node.op:
            case ast.Not():
                self.edit("not", (start, start + len("not")), " ")
            case ast.USub():
                self.edit("sign", (start, start + 1), "+")
            case _:
                pass
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        if not _is_type(node) and not isinstance(node.op, ast.MatMult):
            self.swap("arithmetic", node.left, node.right, *_ARITHMETIC[type(node.op)])
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        name = _called(node)
        if name in _TYPING:
            for argument in node.args[1:]:
                self.visit(argument)
            return
        if name in _LABELS or _is_logging(node):
            return
        self.visit(node.func)
        before = self._in_message
        self._in_message = before or name.endswith(("Error", "Warning"))
        values = sorted((*node.args, *node.keywords), key=lambda value: self.span(value)[0])
        for position, value in enumerate(values):
            if isinstance(value, ast.keyword):
                asserts = name == "zip" and value.arg == "strict"
                if asserts or value.arg in _HUMAN_KEYWORDS:
                    continue
                if value.arg is not None:
                    self._delete_keyword(values, position)
                self.visit(value.value)
            else:
                self.visit(value)
        self._in_message = before

    def _delete_keyword(self, values: list[ast.AST], position: int) -> None:
        start, end = self.span(values[position])
        if position + 1 < len(values):
            end = self.span(values[position + 1])[0]
        elif position:
            start = self.span(values[position - 1])[1]
        self.edit("keyword deleted", (start, end), "")

    def visit_Slice(self, node: ast.Slice) -> None:
        for bound in (node.lower, node.upper, node.step):
            if bound is not None:
                self.edit("slice", self.span(bound), "")
        self.generic_visit(node)

    def _elements(self, node: ast.List | ast.Set) -> None:
        for element, following in zip(node.elts, node.elts[1:], strict=False):
            if not isinstance(element, ast.Constant):
                self.edit("element deleted", (self.span(element)[0], self.span(following)[0]), "")
        self.generic_visit(node)

    visit_List = visit_Set = _elements  # noqa: N815 - ast's naming

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        text = "".join(
            str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values
        )
        # Its parts have no reliable position before Python 3.12.
        self._text(node, text)

    def visit_Constant(self, node: ast.Constant) -> None:
        match node.value:
            case bool():
                self.edit("constant", self.span(node), str(not node.value))
            case int() | float():
                self.edit("constant", self.span(node), repr(node.value + 1))
            case str():
                self._text(node, node.value)
            case bytes():
                self._text(node, "")
            case _:
                pass

    def _text(self, node: ast.expr, text: str) -> None:
        """Change a text at both ends, or remove it if it is a message to people."""
        start, end = self.span(node)
        literal = self.source[start:end]
        if self._in_message or _SENTENCE.match(text):
            self.edit("message to None", (start, end), "None")
            return
        opening = re.match(rb"[rRbBfFuU]*('''|\"\"\"|'|\")", literal)
        assert opening, (self.path, self._lines)
        quote = len(opening[1]) if literal.endswith(opening[1]) else 1
        changed = (
            literal[: opening.end()] + b"XX" + literal[opening.end() : -quote] + b"XX"
            + literal[-quote:]
        )  # fmt: skip
        self.edit("constant", (start, end), changed)


def _last_own_line(node: ast.stmt | ast.ExceptHandler) -> int:
    """Return the last line of a simple statement, or of a compound statement's header."""
    body = getattr(node, "body", None) or getattr(node, "cases", None)
    if not body:
        return node.end_lineno or node.lineno
    first = body[0].pattern if isinstance(body[0], ast.match_case) else body[0]
    return max(node.lineno, first.lineno - 1)


def _called(node: ast.Call) -> str:
    function = node.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _is_logging(node: ast.expr) -> bool:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        owner = node.func.value
        name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
        return bool(_LOGGERS.match(name))
    return False


def _is_type(node: ast.expr) -> bool:
    """Return whether an expression is a type, such as `float | None` or `Callable[[int], str]`."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return _is_type(node.left) or _is_type(node.right)
    if isinstance(node, ast.Subscript):
        return _is_type(node.value)
    if isinstance(node, ast.Constant):
        return node.value is None
    types = {"str", "int", "float", "bool", "bytes", "dict", "list", "tuple", "set", "frozenset"}
    typing = {"Callable", "Mapping", "Sequence", "Iterable", "Iterator", "Literal", "Annotated"}
    return isinstance(node, ast.Name) and node.id in types | typing
