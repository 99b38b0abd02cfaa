"""Whether what a client reports, and what the server wrote down, is what a situation must come to; it runs nothing."""

from situations import CLIENTS, SITUATIONS, Call, Refused


def mistakes(client, situation, report, records):
    """Everything that is otherwise than it must be, each in words; nothing where all is well."""
    found = []

    def must(holds, words):
        if not holds:
            found.append(words)

    wrote = [(record["tool"], record["reason"]) for record in records]
    if situation.tools is None:
        must("tools" not in report and "calls" not in report, "somebody without a token saw tools")
        raised = report.get("raised")
        must(raised is not None, "a client without a token was told nothing")
        must(told(raised, 401, "a bearer token is needed") == client.no_token, f"told otherwise: {raised}")
        must(set(wrote) == {("", "unauthenticated")}, f"the audit log tells otherwise: {wrote}")
        return found

    must(report.get("protocol"), "no protocol revision")
    must(tuple(report.get("tools", ())) == situation.tools, f"listed otherwise: {report.get('tools')}")
    calls = answers(report)
    must(len(calls) == len(situation.calls), f"{len(calls)} answers")
    for call, answer in zip(situation.calls, calls):
        if isinstance(call, Refused):
            if stays_away(client, situation, call):
                must("not found" in str(answer.get("raised")), f"`{call.tool}` is not listed: {answer}")
            elif situation.on_stdio:
                denied(call, answer, must)
            else:
                facts = told(answer.get("raised"), 403, "forbidden: missing scope", call.scope)
                must("raised" in answer and facts == client.too_few, f"told otherwise: {answer}")
        else:
            gives = call.alone if client.steps and call.alone is not None else call.gives
            result = answer.get("text") == [gives] if isinstance(gives, str) else answer.get("structured") == gives
            must(result and answer["is_error"] is False, f"`{call.tool}` gave otherwise: {answer}")
    must(("raised" in report) == ends(client, situation), f"the session: {report.get('raised')}")
    must(wrote == expected_records(client, situation), f"the audit log tells otherwise: {wrote}")
    return found


def answers(report):
    """The answers to the calls; an error that ended the session is the last one's."""
    ended = [{"raised": report["raised"], "ended": True}] if "raised" in report else []
    return report.get("calls", []) + ended


def told(raised, status, *words):
    """Which facts of a refusal an error carries: its status, doorman's words, the scope, the challenge."""
    raised = raised or {}
    text = " ".join(str(it) for it in raised.values())
    found = {name for name, it in zip(("words", "scope"), words) if it in text}
    found |= {"status"} if str(status) in text else set()
    return frozenset(found | ({"challenge"} if raised.get("challenge") else set()))


def denied(call, answer, must):
    """On stdio a refusal is a tool error that names the scope."""
    text = " ".join(answer.get("text", ()))
    words = any(text.startswith(it) for it in ("forbidden: ", "unauthorized: "))
    must(answer.get("is_error") is True and words and call.scope in text, f"told otherwise: {answer}")


def stays_away(client, situation, call):
    """Whether the client itself does not call it, as the server does not list it."""
    return client.steps and call.tool not in situation.tools


def ends(client, situation):
    refused = any(isinstance(call, Refused) for call in situation.calls)
    return client.ends and refused and not situation.on_stdio


def expected_records(client, situation):
    """What the audit log must say of the calls, in order."""
    refused = "unauthorized" if situation.name == "stdio, nobody" else "forbidden:scope"
    return [
        (call.tool, refused if isinstance(call, Refused) else "ok")
        for call in situation.calls
        if not (isinstance(call, Refused) and stays_away(client, situation, call))
    ]


def self_test():
    """The judge finds fault where there is one: a server that denies everything, or lets everybody in."""
    for client in CLIENTS:
        for situation in SITUATIONS:
            denied_all = {"raised": {"message": "no"}}
            assert mistakes(client, situation, denied_all, []), situation.name
            assert mistakes(client, situation, {"driver": "took too long"}, []), situation.name
            gives = [call.gives if isinstance(call, Call) else {} for call in situation.calls]
            admitted_all = {
                "protocol": "x",
                "tools": list(situation.tools or ()),
                "calls": [{"is_error": False, "structured": it, "text": [str(it)]} for it in gives],
            }
            refuses = situation.tools is None or any(isinstance(call, Refused) for call in situation.calls)
            ok = [{"tool": call.tool, "reason": "ok"} for call in situation.calls]
            alone = client.steps and any(getattr(call, "alone", None) for call in situation.calls)
            assert bool(mistakes(client, situation, admitted_all, ok)) == (refuses or alone), situation.name
