"""The client of Python's `mcp` 1.x."""

import contextlib

import httpx
from common import call, main
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client


async def drive(task, report):
    async with contextlib.AsyncExitStack() as stack:
        if task["url"]:
            headers = {"Authorization": f"Bearer {task['token']}"} if task["token"] else {}
            http = await stack.enter_async_context(httpx.AsyncClient(headers=headers, timeout=30))
            transport = streamable_http_client(task["url"], http_client=http)
        else:
            program, *arguments = task["command"]
            transport = stdio_client(StdioServerParameters(command=program, args=arguments))
        read, write, *_ = await stack.enter_async_context(transport)
        session = await stack.enter_async_context(ClientSession(read, write))
        report["protocol"] = (await session.initialize()).protocolVersion
        report["tools"] = [tool.name for tool in (await session.list_tools()).tools]
        for it in task["calls"]:
            await call(report, session.call_tool(it["tool"], it["arguments"]))


main(drive)
