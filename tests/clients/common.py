"""What the Python drivers share: a task comes as the one argument, one JSON line goes out."""

import asyncio
import json
import sys


def main(drive):
    """Runs a driver, which fills in its report as it goes on."""
    task = json.loads(sys.argv[1])
    report = {}
    try:
        asyncio.run(drive(task, report))
    except BaseException as error:
        report["raised"] = raised(error)
    print(json.dumps(report))


async def call(report, what):
    """Notes what comes of a call, be it an error, and goes on."""
    try:
        result = await what
    except Exception as error:
        answer = {"raised": raised(error)}
    else:
        answer = {
            "is_error": getattr(result, "is_error", None) or getattr(result, "isError", False),
            "structured": next(
                (it for name in ("structured_content", "structuredContent") if (it := getattr(result, name, None))),
                None,
            ),
            "text": [block.text for block in result.content if block.type == "text"],
        }
    report.setdefault("calls", []).append(answer)


def raised(error):
    """The first error of a group that is no mere cancellation, in its own words."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    response = getattr(error, "response", None)
    code = getattr(error, "code", None) or getattr(getattr(error, "error", None), "code", None)
    return {
        "type": type(error).__name__,
        "message": getattr(error, "message", None) or str(error),
        "code": code,
        "status": getattr(response, "status_code", None),
    }
