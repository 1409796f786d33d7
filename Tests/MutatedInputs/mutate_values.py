"""Values that programs trip over."""
import json

INTEGERS = [0, -1, 1, 2**31, 2**53, 10**15, 10**18, 2**63 - 1, -(2**63), -(10**18)]
REALS = [0.0, -1.0, 1e-300, 1e300, 1.7e308, float("inf"), float("-inf"), 1e19]
TEXTS = ["", " ", "\0", "é" * 300, "x" * 100_000, "-1", "NaN", "null", "{}", "[", "<script>alert(1)</script>", "\x1b[31m",
         "9223372036854775808", "1e400", "2026-02-30T25:61:61Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"]
LEAVES = [None, True, False, 0, -1, 1, 2**31, 2**63 - 1, -(2**63), 2**64, 1e300, 0.5, "", "x", "-1", "1e9223372036854775807",
          "1e400", "NaN", "100000000000000000000Gi", "0.0000000000001m", "99999999999h", "2026-02-30T25:61:61Z",
          "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "é\u0000\u202e", "200%", "-5%", [], {}, [None], {"": None}, "x" * 20_000]


def nasty_value(random, column_type, old):
    """A value for a column of SQLite."""
    if random.random() < 0.1:
        return None
    if column_type == "REAL":
        return random.choice(REALS)
    if column_type == "BLOB":
        old = old or b""
        return random.choice([b"", random.randbytes(50), old[: len(old) // 2], old + b"\xff" * 9, b"\xff" * 40, b"\x01" + old])
    if column_type == "TEXT":
        return random.choice(TEXTS)
    near = [old + 1, -old, old * 1000] if isinstance(old, int) and abs(old) < 2**50 else []
    return random.choice(INTEGERS + near)


def places(tree, path=()):
    """Every place inside a tree: its container and key, with the path to it."""
    entries = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in entries:
        yield tree, key, path + (key,)
        yield from places(value, path + (key,))


def nasty_json(random, tree):
    """Changes one place of a tree; says what was done."""
    container, key, path = random.choice(list(places(tree)))
    where = ".".join(map(str, path))
    way = random.choice(["set", "set", "set", "remove", "double", "rename"])
    if way == "remove":
        del container[key]
        return f"no {where}"
    if way == "double" and isinstance(container, list):
        container.append(json.loads(json.dumps(container[key])))
        return f"{where} twice"
    if way == "rename" and isinstance(container, dict):
        container[key + "x"] = container.pop(key)
        return f"{where} renamed"
    container[key] = random.choice(LEAVES)
    return f"{where} = {container[key]!r:.60}"


def nasty_text(random, text):
    """A text with lines or characters changed, and what was done."""
    way = random.choice(["lose", "double", "swap", "character", "characters", "insert", "indent", "cut", "endings"])
    lines = text.split("\n")
    at = random.randrange(len(lines))
    if way == "lose":
        del lines[at]
    elif way == "double":
        lines.insert(at, lines[at])
    elif way == "swap":
        other = random.randrange(len(lines))
        lines[at], lines[other] = lines[other], lines[at]
    elif way == "indent":
        lines[at] = random.choice(["\t", "  ", " "]) + lines[at]
    elif way == "cut":
        return text[: random.randrange(len(text))], "cut"
    elif way == "endings":
        return text.replace("\n", random.choice(["\r\n", "\r", "\u2028"])), "line ends"
    else:
        for _ in range({"character": 1, "insert": 1, "characters": 10}[way]):
            position = random.randrange(len(text))
            character = random.choice("{}[]:,#&*!|>'\"%@`-\n\t\0 0189aé\u202e\ufeff\ud800")
            text = text[:position] + character + text[position + (way != "insert") :]
        return text, way
    return "\n".join(lines), f"{way} line {at + 1}"
