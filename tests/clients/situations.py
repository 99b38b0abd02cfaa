"""Which clients are driven, what each is asked to do, and what must come of it. Nothing runs here."""

from dataclasses import dataclass

MASK = "«redacted»"


@dataclass(frozen=True)
class Client:
    name: str
    package: str
    driver: str
    no_token: frozenset  # what its program learns of a 401: `status`, `words`, `challenge`
    too_few: frozenset  # and of a 403, beside these: `scope`
    era: str | None = None
    steps: bool = False  # a process for each step, and a list of the tools before each call
    ends: bool = False  # a 403 ends its session


@dataclass(frozen=True)
class Call:
    tool: str
    arguments: dict
    gives: dict | str  # a structured result or a text
    alone: dict | None = None  # what it gives where a process did nothing else


@dataclass(frozen=True)
class Refused:
    tool: str
    arguments: dict
    scope: str


@dataclass(frozen=True)
class Situation:
    name: str
    example: str
    arguments: tuple
    token: str | None  # the line of the example's output that it stands in
    tools: tuple | None  # those that are listed; None where nobody is let in
    calls: tuple

    @property
    def on_stdio(self):
        return self.example == "stdio"


def told(*facts):
    return frozenset(facts)


INSPECTOR = {"package": "@modelcontextprotocol/inspector", "driver": "inspector.py", "steps": True}
RMCP = {"package": "rmcp", "driver": "rmcp.rs"}
TYPESCRIPT_2 = {"package": "@modelcontextprotocol/client", "driver": "typescript_2.mjs"}

CLIENTS = (
    Client("MCP Inspector, legacy", era="legacy", no_token=told("status", "words"), too_few=told("scope"), **INSPECTOR),
    Client("MCP Inspector, modern", era="modern", no_token=told("status"), too_few=told("scope"), **INSPECTOR),
    Client("Python `mcp` 2", "mcp", "python_2.py", no_token=told(), too_few=told("status", "words", "scope")),
    Client("Python `mcp` 1", "mcp", "python_1.py", no_token=told("status"), too_few=told("status"), ends=True),
    Client("TypeScript `sdk` 1", "@modelcontextprotocol/sdk", "typescript_1.mjs", no_token=told("status", "words"), too_few=told("status", "words", "scope")),
    Client("TypeScript `client` 2", era="legacy", no_token=told("status", "words"), too_few=told("scope"), **TYPESCRIPT_2),
    Client("TypeScript `client` 2, `auto`", era="auto", no_token=told("status"), too_few=told("scope"), **TYPESCRIPT_2),
    Client("FastMCP", "fastmcp-slim", "python_fastmcp.py", no_token=told(), too_few=told("status", "words", "scope")),
    Client("rmcp", era="legacy", no_token=told("challenge"), too_few=told("challenge", "scope"), **RMCP),
    Client("rmcp, `Discover`", era="modern", no_token=told("challenge"), too_few=told("challenge", "scope"), **RMCP),
)

INVOICE = Call(
    "get_invoice",
    {"id": 7},
    {
        "id": 7,
        "customer": "Customer 7",
        "email": MASK,
        "amount": 107.5,
        "lines": [{"text": "Consulting", "amount": 100}, {"text": "Travel", "amount": 7.5}],
    },
)
REFUND = {"id": 7, "amount": 5}
WHOAMI = Call("whoami", {}, {"subject": "alice", "scopes": ["tools:read"], "tenant": "acme"})
QUICKSTART = ("quickstart", ("--port", "0"))
RESOURCE_SERVER = ("resource_server", ("--port", "0", "--list-all"))
RESOURCE_TOOLS = ("ping", "whoami", "erase")
NOTE = {"text": "write to ann@example.com"}

SITUATIONS = (
    Situation(
        "quickstart, the writer's token", *QUICKSTART, "WRITER_TOKEN",
        ("get_invoice", "refund", "ping"),
        (INVOICE, Call("refund", REFUND, {"id": 7, "amount": MASK, "status": "refunded"})),
    ),
    Situation("quickstart, no token", *QUICKSTART, None, None, (INVOICE,)),
    Situation(
        "quickstart, the reader's token", *QUICKSTART, "READER_TOKEN",
        ("get_invoice", "ping"),
        (INVOICE, Refused("refund", REFUND, "invoices:write")),
    ),
    Situation(
        "resource server, a token", *RESOURCE_SERVER, "TOKEN", RESOURCE_TOOLS,
        (WHOAMI, Call("ping", {}, "pong")),
    ),
    Situation("resource server, no token", *RESOURCE_SERVER, None, None, (WHOAMI,)),
    Situation(
        "resource server, too few scopes", *RESOURCE_SERVER, "TOKEN", RESOURCE_TOOLS,
        (WHOAMI, Refused("erase", {}, "tools:write")),
    ),
    Situation(
        "stdio, all scopes", "stdio", ("--as", "you", "--scopes", "notes:read notes:write"), None,
        ("count_notes", "read_notes", "write_note", "forget_notes"),
        (
            Call("write_note", NOTE, {"result": 1}),
            Call("read_notes", {}, {"result": [f"write to {MASK}"]}, alone={"result": []}),
        ),
    ),
    Situation(
        "stdio, too few scopes", "stdio", ("--as", "you", "--scopes", "notes:read"), None,
        ("count_notes", "read_notes"),
        (Call("read_notes", {}, {"result": []}), Refused("write_note", NOTE, "notes:write")),
    ),
    Situation(
        "stdio, nobody", "stdio", (), None, ("count_notes",),
        (Call("count_notes", {}, {"result": 0}), Refused("read_notes", {}, "notes:read")),
    ),
)
