"""What the servers of simulated sources share: the responses of faults, and the routes for them."""

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from mocktailverse.sources.simulated_faults import Fault, Faults

HTML = "<!DOCTYPE html><html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>"


def fault_routes(faults: Faults) -> list[Route]:
    """Return the routes that list the active faults and add one."""

    async def show(_request: Request) -> Response:
        return JSONResponse({"items": faults.state()})

    async def add(request: Request) -> Response:
        try:
            faults.add(msgspec.json.decode(await request.body(), type=Fault))
        except msgspec.DecodeError as error:
            return JSONResponse({"error": str(error)}, 400)
        return JSONResponse({"items": faults.state()})

    return [Route("/_faults", show), Route("/_faults", add, methods=["POST"])]


class CutResponse(Response):
    """Announces the whole body, but sends half of it before the connection closes."""

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        half = bytes(self.body[: len(self.body) // 2])
        await send({"type": "http.response.body", "body": half, "more_body": True})


def fault_response(fault: Fault) -> Response:
    """Return the response of a fault that replaces the correct one."""
    headers = {"Retry-After": fault.retry_after} if fault.retry_after else None
    match fault.kind:
        case "throttle":
            return HTMLResponse(HTML.format("429 Too Many Requests"), 429, headers)
        case "error":
            return HTMLResponse(HTML.format(f"{fault.status} Error"), fault.status, headers)
        case "html":
            return HTMLResponse(HTML.format("Down for maintenance"))
        case _:
            return empty_response()


def empty_response() -> Response:
    """Return a response without a body."""
    return Response(b"", media_type="application/json")
