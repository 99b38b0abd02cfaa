"""FastMCP's client."""

from common import call, main
from fastmcp import Client
from fastmcp.client.transports import StdioTransport


async def drive(task, report):
    if task["url"]:
        client = Client(task["url"], auth=task["token"])
    else:
        program, *arguments = task["command"]
        client = Client(StdioTransport(command=program, args=arguments, keep_alive=False))
    async with client:
        report["protocol"] = client.protocol_version
        report["tools"] = [tool.name for tool in await client.list_tools()]
        for it in task["calls"]:
            await call(report, client.call_tool(it["tool"], it["arguments"], raise_on_error=False))


main(drive)
