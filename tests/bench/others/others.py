"""What a user would pick instead: installs it under the target folder, and starts it."""

import os
import pathlib
import shutil
import socket
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
PROXY = "0.6.0"
# The newest, and the newest of those that do not ask for a certifi of their own month, which an index that
# lags behind does not have. The first that installs is measured.
FASTMCP = {"4.1.6": ["fastmcp==4.1.6"], "4.1.2": ["-r", HERE / "fastmcp-4.1.2.txt"]}


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def run(unfit, what, command, **more):
    """Installs something; where that fails, says why in its last words."""
    done = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **more)
    if done.returncode:
        said = [line for line in done.stdout.splitlines() if "rror" in line] or done.stdout.splitlines() or ["no word"]
        raise unfit(f"does not install: {what}: {said[-1].strip()[:200]}")


def environment(unfit, folder, name, requirements):
    """The Python of a virtual environment with these; made once."""
    place = folder / name
    ready = place / "installed"
    if not ready.exists():
        shutil.rmtree(place, ignore_errors=True)
        run(unfit, name, [sys.executable, "-m", "venv", place])
        pip = [place / "bin" / "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]
        run(unfit, name, [*pip, *requirements])
        ready.touch()
    return place / "bin" / "python"


def fastmcp(server, unfit, folder, _):
    why = None
    for version, requirements in FASTMCP.items():
        try:
            python = environment(unfit, folder, f"fastmcp-{version}", requirements)
            break
        except unfit as error:
            print(f"FastMCP {version} {error}", file=sys.stderr)
            why = why or error
    else:
        raise why
    return listening(server, f"FastMCP {version}, no tokens", [python, HERE / "fastmcp_server.py"])


def mcp_doorman(server, unfit, folder, _):
    # With the SDK's 1.30.0: 2.x has not what it calls.
    requirements = ["-r", HERE / "mcp-doorman-0.2.0.txt"]
    python = environment(unfit, folder, "mcp-doorman-0.2.0", requirements)
    name = "the Python mcp-doorman 0.2.0, a static token"
    found = listening(server, name, [python, HERE / "mcp_doorman_server.py"])
    found.headers["Authorization"] = "Bearer load-token"
    return found


def proxy(server, unfit, folder, bare):
    place = folder / f"mcp-proxy-{PROXY}"
    binary = place / "bin" / "mcp-proxy"
    if not binary.exists():
        made = folder / "mcp-proxy-build"
        # Without what it is not asked for here: metrics exporters, OAuth, WebSockets, searches.
        command = ["cargo", "install", f"mcp-proxy@{PROXY}", "--locked", "--no-default-features", "--root", place]
        run(unfit, "mcp-proxy", command, env={**os.environ, "CARGO_TARGET_DIR": str(made)})
        shutil.rmtree(made, ignore_errors=True)
    port = free_port()
    settings = place / "proxy.toml"
    settings.write_text(f"""
[proxy]
name = "bench"

[proxy.listen]
host = "127.0.0.1"
port = {port}

[[backends]]
name = "bare"
transport = "http"
url = "{bare.url}"

[backends.timeout]
seconds = 30

[observability]
log_level = "error"
""")
    found = server(f"bare rmcp behind mcp-proxy {PROXY}, no tokens", [binary, "--config", settings],
                   prefix="bare/", session=True, before=[bare], url=f"http://127.0.0.1:{port}/")
    found.await_port()
    return found


def listening(server, name, command):
    """A Python server, which is told its port."""
    port = free_port()
    found = server(name, [*command, str(port)], url=f"http://127.0.0.1:{port}/mcp")
    found.await_port()
    return found


ALL = (
    ("FastMCP", fastmcp),
    ("the Python mcp-doorman", mcp_doorman),
    ("mcp-proxy, a Rust proxy of crates.io", proxy),
)
