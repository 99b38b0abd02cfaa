"""Servers and clients as processes, none of which outlives the run."""

import contextlib
import json
import os
import signal
import subprocess
import threading
import time

LIMIT = 60  # seconds that a client may take, and that a server may take to begin

# A proxy that nobody is behind, for what would leave this machine; and the switches of what phones home.
SETTINGS = {
    **{name: "http://127.0.0.1:9" for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy")},
    "NO_PROXY": "127.0.0.1,localhost",
    "no_proxy": "127.0.0.1,localhost",
    "DO_NOT_TRACK": "1",
    "FASTMCP_CHECK_FOR_UPDATES": "off",
    "FASTMCP_TELEMETRY_MODE": "off",
    "NO_UPDATE_NOTIFIER": "1",
    "OTEL_SDK_DISABLED": "true",
    "PYTHONDONTWRITEBYTECODE": "1",
}


def environment(home):
    return {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8", **SETTINGS}


def end(process):
    """Ends a process and whatever it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def run_client(command, home):
    """What a client's driver reports; one that takes too long, or says something else, says so."""
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        cwd=home, env=environment(home), start_new_session=True,
    )
    try:
        output, errors = process.communicate(timeout=LIMIT)
        return json.loads(output)
    except subprocess.TimeoutExpired:
        return {"driver": "took too long"}
    except json.JSONDecodeError:
        return {"driver": f"no report, but: {errors[-2000:]}"}
    finally:
        end(process)


class Server:
    """An example that serves HTTP, its audit log in a file."""

    def __init__(self, command, audit):
        self.audit = audit
        with open(audit, "wb") as errors:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, text=True,
                env={"PATH": os.environ["PATH"]}, start_new_session=True,
            )
        self.lines, self.url = {}, None
        # One that never says where it serves is ended, and so is its output.
        limit = threading.Timer(LIMIT, end, [self.process])
        limit.start()
        for line in self.process.stdout:
            name, _, value = line.strip().partition("=")
            self.lines[name] = value
            if line.startswith("Serving MCP at "):
                self.url = line.removeprefix("Serving MCP at ").strip()
                break
        limit.cancel()

    def __enter__(self):
        if self.url is None:
            self.__exit__()
            raise RuntimeError(f"the server did not start: {self.audit.read_text()}")
        return self

    def wait_for_records(self, count):
        """Until so many records are written, or none more can be expected; who reads them counts them."""
        deadline = time.monotonic() + 10
        while self.audit.read_text().count("\n") < count and time.monotonic() < deadline:
            time.sleep(0.01)

    def __exit__(self, *_):
        end(self.process)
        self.process.stdout.close()
