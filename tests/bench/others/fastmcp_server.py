"""The tools of benches/load.rs with FastMCP, without sessions.

    fastmcp_server.py PORT
"""

import sys
from typing import Any

import invoices
from fastmcp import FastMCP

server = FastMCP("billing")


@server.tool
def small_invoice(id: int) -> dict[str, Any]:
    """One invoice with few lines."""
    return invoices.small(id)


@server.tool
def large_invoice(id: int) -> dict[str, Any]:
    """One invoice with many lines."""
    return invoices.large(id)


server.run(
    transport="http", host="127.0.0.1", port=int(sys.argv[1]), stateless_http=True, json_response=True,
    show_banner=False, uvicorn_config={"access_log": False, "log_level": "error"},
)
