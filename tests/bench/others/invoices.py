"""The answers of benches/load.rs."""


def invoice(id, lines):
    line = lambda day: {"text": f"Consulting, day {day} of the quarter", "amount": 100.5 + day}
    return {"id": id, "customer": f"Customer {id}", "lines": [line(day) for day in range(lines)]}


def small(id):
    return invoice(id, 15)


def large(id):
    return invoice(id, 1640)
