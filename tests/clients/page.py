"""docs/clients.md, out of what every client reported."""

import re

from judge import answers
from situations import CLIENTS, MASK, SITUATIONS

INTRODUCTION = """\
# Clients

What real clients do with doorman's examples. `tests/clients/run` wrote this page: it installs the clients in the
versions below, starts `examples/quickstart.rs`, `examples/resource_server.rs` and `examples/stdio.rs` anew for each
client and situation, lets the client list the tools and call some, compares what it reports and what the server's
audit log says with what must come of it, and writes down what it saw. `tests/clients/run --check` fails where a run
sees anything else. Nothing here is written by hand.
"""

ADMITTED = f"""
## With what it takes

Every client listed exactly the tools that the situation shows, and got exactly the results that the examples give,
with `{MASK}` in them where doorman masks. In the cells: how many tools were listed, and what each call gave. The
Inspector is a process for each step, so that on stdio it reads the notes of a server that has none.
"""

UNKNOWN = """
## Without a token

The server answered 401, wrote down that it did, and no client listed or called anything. What its program, or its
user, is told; twice where quickstart and resource server make a difference:
"""

FORBIDDEN = """
## With too few scopes

The quickstart does not list `refund` to the reader, nor stdio what the caller has no scope for; all but the Inspector,
which looks at the list first, call it all the same. The resource server with `--list-all` lists `erase` also to who may
not call it. Over HTTP the answer is 403, on stdio a tool error; the audit log says so, and that nothing ran. What the
program, or the user, is told:
"""


def text(seen, versions):
    parts = [INTRODUCTION, "\n## Versions\n\n", *version_table(seen, versions)]
    parts += [ADMITTED, "\n", *admitted_table(seen)]
    parts += [UNKNOWN, "\n", *table(("client", "is told"), [(it.name, unknown(seen, it)) for it in CLIENTS])]
    parts += [FORBIDDEN, "\n", *forbidden_table(seen)]
    return "".join(parts)


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return [f"| {' | '.join(line)} |\n" for line in lines]


def version_table(seen, versions):
    def revision(client, on_stdio):
        found = {
            seen[client.name, it.name]["protocol"]
            for it in SITUATIONS
            if it.on_stdio == on_stdio and it.tools is not None
        }
        return ", ".join(sorted(found))

    def version(client):
        node = f" on Node {versions['node']}" if client.driver.endswith(".mjs") or client.steps else ""
        return f"`{client.package}` {versions[client.driver]}{node}"

    head = ("client", "package", "revision over HTTP", "revision on stdio")
    return table(head, [(it.name, version(it), revision(it, False), revision(it, True)) for it in CLIENTS])


def admitted_table(seen):
    situations = [it for it in SITUATIONS if it.name in ADMITTED_IN]
    rows = [
        (client.name, *(admitted(situation, seen[client.name, situation.name]) for situation in situations))
        for client in CLIENTS
    ]
    return table(("client", *(it.name for it in situations)), rows)


ADMITTED_IN = ("quickstart, the writer's token", "resource server, a token", "stdio, all scopes")


def admitted(situation, report):
    def gave(call, answer):
        result = answer["structured"]
        if result is None:
            return f"`{call.tool}`: {quoted(answer['text'][0])}"
        masked = [f"`{key}`" for key, value in result.items() if MASK in str(value)]
        return f"`{call.tool}`: {'with ' + ', '.join(masked) + ' masked' if masked else 'whole'}"

    calls = [gave(call, answer) for call, answer in zip(situation.calls, report["calls"])]
    return "; ".join([f"{len(report['tools'])} tools", *calls])


def unknown(seen, client):
    told = {error(seen[client.name, it.name]["raised"]) for it in SITUATIONS if it.tools is None}
    return "<br>".join(sorted(told))


def forbidden_table(seen):
    situations = [it for it in SITUATIONS if it.name in FORBIDDEN_IN]

    def cell(client, situation):
        answer = answers(seen[client.name, situation.name])[-1]
        if "raised" not in answer:
            return f"tool error {quoted(answer['text'][0])}"
        return error(answer["raised"]) + ("; the session ends" if "ended" in answer else "")

    rows = [(client.name, *(cell(client, it) for it in situations)) for client in CLIENTS]
    return table(("client", *(it.name for it in situations)), rows)


FORBIDDEN_IN = (
    "quickstart, the reader's token", "resource server, too few scopes", "stdio, too few scopes", "stdio, nobody",
)


def error(raised):
    """An error's type, codes and message, as far as it has them."""
    kind = f"`{raised['type']}`" if raised.get("type") else "error"
    codes = [str(raised[name]) for name in ("code", "status") if raised.get(name) is not None]
    return kind + (f" ({', '.join(codes)})" if codes else "") + f" {quoted(raised['message'])}"


def quoted(words):
    """Code that may hold backticks, on one line, and no end of a cell."""
    line = re.sub(r"\s+", " ", words).strip().replace("|", "\\|")
    return f"`` {line} ``" if "`" in line else f"`{line}`"
