"""The tools of benches/load.rs with the Python mcp-doorman.

    mcp_doorman_server.py PORT

Its own `mount()` never starts the SDK's session manager, so that every call is a 500. Here the server that it
builds is served by that manager, with the settings that `mount()` gives it.
"""

import contextlib
import sys

import invoices
import uvicorn
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp_doorman import AccessToken, Doorman, StaticVerifier, ToolSpec
from starlette.applications import Starlette
from starlette.routing import Mount

PORT = int(sys.argv[1])
RESOURCE = f"http://127.0.0.1:{PORT}/mcp"


def small_invoice(id: int):
    """One invoice with few lines."""
    return invoices.small(id)


def large_invoice(id: int):
    """One invoice with many lines."""
    return invoices.large(id)


token = AccessToken(subject="reader", scopes=frozenset(["invoices:read"]), audience=(RESOURCE,))
auth = Doorman.oauth(
    issuer="https://sso.example.com", resource=RESOURCE, verifier=StaticVerifier({"load-token": token})
)
doorman = Doorman(auth=auth, rate_limit="1000000000/s per_caller; 1000000000/s per_tool", audit="none")
for handler in (small_invoice, large_invoice):
    doorman.register(
        ToolSpec(
            name=handler.__name__, handler=handler, methods=frozenset(["GET"]), description=handler.__doc__,
            scopes=("invoices:read",),
        )
    )
manager = StreamableHTTPSessionManager(app=doorman.build_server(name="billing"), json_response=True, stateless=True)


@contextlib.asynccontextmanager
async def lifespan(_):
    async with manager.run():
        yield


class Endpoint:
    async def __call__(self, scope, receive, send):
        await manager.handle_request(scope, receive, send)


app = Starlette(routes=[Mount("/", Endpoint())], lifespan=lifespan)
uvicorn.run(app, host="127.0.0.1", port=PORT, log_level="error", access_log=False)
