"""MCP Inspector's command line, one process for each step: inspector.py NODE LAUNCHER TASK."""

import json
import subprocess
import sys

node, launcher, task = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])


def step(*arguments):
    """What one run of the Inspector says: a result, or an error with the exit code."""
    command = [node, launcher, "--cli", *arguments, "--format", "json", "--quiet", "--protocol-era", task["era"]]
    if task["url"]:
        command += [task["url"], "--transport", "http", "--stored-auth-only"]
        command += ["--header", f"Authorization: Bearer {task['token']}"] if task["token"] else []
    else:
        command += task["command"]
    run = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if run.stdout.strip():
        return json.loads(run.stdout)["result"]
    error = json.loads(run.stderr.strip().splitlines()[-1])["error"]
    return {"raised": {"type": f"exit code {run.returncode}", "code": error["code"], "message": error["message"]}}


def call(tool, arguments):
    answer = step("--method", "tools/call", "--tool-name", tool, "--tool-args-json", json.dumps(arguments))
    if "raised" in answer:
        return answer
    return {
        "is_error": answer.get("isError", False),
        "structured": answer.get("structuredContent"),
        "text": [block["text"] for block in answer["content"] if block["type"] == "text"],
    }


report = step("--method", "initialize")
if "raised" not in report:
    report = {"protocol": report["protocolVersion"]}
    report["tools"] = [tool["name"] for tool in step("--method", "tools/list")["tools"]]
    report["calls"] = [call(it["tool"], it["arguments"]) for it in task["calls"]]
print(json.dumps(report))
