"""The client of Python's `mcp` 2.x."""

import contextlib

import httpx2
from common import call, main
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client


async def drive(task, report):
    async with contextlib.AsyncExitStack() as stack:
        if task["url"]:
            headers = {"Authorization": f"Bearer {task['token']}"} if task["token"] else {}
            http = await stack.enter_async_context(httpx2.AsyncClient(headers=headers, timeout=30))
            server = streamable_http_client(task["url"], http_client=http)
        else:
            program, *arguments = task["command"]
            server = StdioServerParameters(command=program, args=arguments)
        client = await stack.enter_async_context(Client(server))
        report["protocol"] = client.protocol_version
        report["tools"] = [tool.name for tool in (await client.list_tools()).tools]
        for it in task["calls"]:
            await call(report, client.call_tool(it["tool"], it["arguments"]))


main(drive)
