"""Access logs and watch logs with lines, values or bytes changed."""
import json

from mutate_values import nasty_json, nasty_text


class Logs:
    name = "logs"

    def __init__(self, context):
        tests = context["root"] / "Tests"
        self.access = [f.read_text() for f in sorted((tests / "TrafficReplayTests/Resources").glob("*.log"))]
        recordings = tests / "Resources/recordings"
        self.watch = [(recordings / f"{name}.jsonl").read_text() for name in ("quota-blocked", "stuck-rollout-and-undo")]

    def close(self):
        pass

    def try_one(self, random, program, place):
        watches = random.random() < 0.5
        text = random.choice(self.watch if watches else self.access)
        lines = text.split("\n")
        numbers = [n for n, line in enumerate(lines) if line.startswith("{")]
        if numbers and random.random() < 0.6:
            number = random.choice(numbers)
            tree = json.loads(lines[number])
            change = f"line {number + 1}: {nasty_json(random, tree)}"
            lines[number] = json.dumps(tree)
            text = "\n".join(lines)
        else:
            text, change = nasty_text(random, text)
        file = place / "input.log"
        file.write_bytes(text.encode(errors="surrogatepass"))
        output = place / ("out.sqlite" if watches else "out.yaml")
        status, _, complaint = program.run(
            "import", "--watch-log" if watches else "--access-log", file, "--output", output)
        wrong = program.judge(status, complaint, {0, 65}, name="input.log")
        if wrong:
            return "wrong", f"{wrong}: {complaint.strip()[:300]}", change
        if status != 0:
            return "refused", None, change
        for command in (["evaluate", output], ["explain", output]) if watches else (["validate", output],):
            status, _, complaint = program.run(*command)
            wrong = program.judge(status, complaint, {0, 1, 2, 3, 65})
            if wrong:
                return "wrong", f"imported, then {command[0]}: {wrong}: {complaint.strip()[:300]}", change
        return "read", None, change
