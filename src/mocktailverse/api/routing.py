"""Routes: a path with its function, its parameters and its documented responses."""

from collections.abc import Callable, Sequence
from inspect import cleandoc
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from mocktailverse.api.auth import SCHEME, require_key
from mocktailverse.api.caching import CatalogueResponder
from mocktailverse.api.dependencies import dependencies_of
from mocktailverse.api.openapi import Responses
from mocktailverse.api.parameters import Parameter, Parameters, parameters_of
from mocktailverse.api.query_parameters import read_parameters, require_single
from mocktailverse.catalogue.reader import Catalogue

Query = list[tuple[str, str]]
"""Names and texts of a request's query parameters, in their order."""

_Kind = TypeVar("_Kind", bound=Parameters)


class ApiRoute(Route):
    """A route of GET requests that is in the OpenAPI document.

    Its function gets a responder, the query parameters, and the path parameters in their order. It
    runs in a thread, because it may compute for long or wait for a store. A change of threads takes
    as long as reading a drink, so a request with no other parameters than `quick_with` runs in the
    event loop, if the catalogue is fresh and has its index.
    """

    def __init__(  # noqa: PLR0913 - what the decorator of `Routes` collects
        self,
        path: str,
        function: Callable[..., Response],
        kind: type[Parameters],
        in_path: Sequence[Parameter],
        responses: Responses,
        *,
        tag: str,
        needs_key: bool,
        quick_with: frozenset[str] | None,
    ) -> None:
        super().__init__(path, function, methods=["GET"], name=function.__name__)
        self.app = self._serve
        self.methods = {"GET"}  # `HeadersMiddleware` makes a GET of each HEAD
        self._function = function
        self._kind = kind
        self._in_path = in_path
        self._responses = responses
        self._tag = tag
        self._needs_key = needs_key
        self._quick_with = quick_with

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        if catalogue := self._for_quick_response(request, query):
            response = self._respond(request, query, catalogue)
        else:
            response = await run_in_threadpool(self._respond, request, query)
        await response(scope, receive, send)

    def _for_quick_response(self, request: Request, query: Query) -> Catalogue | None:
        if self._quick_with is None or not self._quick_with.issuperset(name for name, _ in query):
            return None
        copy = dependencies_of(request).catalogue
        catalogue = copy.snapshot.value
        return catalogue if catalogue and catalogue.is_warm and copy.is_fresh else None

    def _respond(
        self, request: Request, query: Query, catalogue: Catalogue | None = None
    ) -> Response:
        require_single(query)
        if self._needs_key:
            require_key(request)
        texts = [request.path_params[parameter.name] for parameter in self._in_path]
        parameters = read_parameters(self._kind, query, zip(self._in_path, texts, strict=True))
        return self._function(CatalogueResponder(request, catalogue), parameters, *texts)

    def document(self) -> dict[str, Any]:
        """Return the operation for the OpenAPI document."""
        operation: dict[str, Any] = {
            "tags": [self._tag],
            "summary": self.name.replace("_", " ").title(),
            "description": cleandoc(self._function.__doc__ or ""),
            "operationId": self.name,
        }
        if self._needs_key:
            operation["security"] = [{SCHEME: []}]
        parameters = [one.document("path") for one in self._in_path]
        parameters += [one.document("query") for one in parameters_of(self._kind).values()]
        if parameters:
            operation["parameters"] = parameters
        responses = {str(status): response for status, response in self._responses.items()}
        return operation | {"responses": responses}


class Routes:
    """The routes of one part of the API, in the order in which they are tried."""

    def __init__(self, tag: str, *, needs_key: bool = False) -> None:
        """`tag` is their section in the reference; `needs_key` if they are for operators."""
        self.all: list[ApiRoute] = []
        self._tag = tag
        self._needs_key = needs_key

    def get(
        self,
        path: str,
        kind: type[_Kind],
        *in_path: Parameter,
        responses: Responses,
        quick_with: frozenset[str] | None = None,
    ) -> Callable[[Callable[..., Response]], Callable[..., Response]]:
        """Return a decorator that adds a route; `in_path` are the parameters within the path.

        A request with no other query parameters than `quick_with` takes a few milliseconds at most,
        whatever the catalogue; None if that is not so.
        """

        def add(function: Callable[..., Response]) -> Callable[..., Response]:
            route = ApiRoute(
                path,
                function,
                kind,
                in_path,
                responses,
                tag=self._tag,
                needs_key=self._needs_key,
                quick_with=quick_with,
            )
            self.all.append(route)
            return function

        return add
