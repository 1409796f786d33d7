"""Recordings with rows, values, tables or bytes changed."""
import json
import shutil
import sqlite3

from mutate_values import nasty_json, nasty_value

PROFILE = """
apiVersion: scaleproof/v1
kind: Profile
metadata: {name: base}
target: {url: http://api.example.com, timeouts: {request: 1s}, connections: {maxInFlight: 50}, servedBy: {pod: X-Pod, version: X-Version}}
cluster: {simulated: {manifests: MANIFESTS, timeScale: 60}, workload: deployment/aspnetcore-deployment, hpa: aspnetcore-hpa}
requests: [{name: list, path: /items}, {name: order, method: POST, path: /orders}]
load: {phases: [{name: calm, for: 30s, rate: 50/s}, {name: surge, for: 120s, rate: 800/s}, {name: settle, for: 60s, rate: 50/s}]}
actions: [{name: release, at: surge + 60s, rollout: {setImage: {aspnetcore: "myregistry.azurecr.io/aspnetcore-app:v2.0.0"}}}]
expectations:
  - {name: steady, steadyReplicas: {during: calm, count: 3, settle: 10s}}
  - {name: out, scaleUp: {after: surge.start, to: ">= 4", of: ready, within: 90s}}
  - {name: carries, throughput: {during: surge, atLeast: 99%}}
  - {name: fast, latency: {during: surge, percentile: 99, below: 250ms}}
  - {name: release, rolloutCompletes: {action: release, within: 60s}}
  - {name: budget, errorBudget: {during: run, objective: 99.9%}}
  - {name: floor, availabilityFloor: {during: release}}
  - {name: early, scaleDown: {after: settle.start, notBefore: 45s}}
  - {name: conform, hpaConformance: {}}
  - {name: corridor, withinCorridor: {}}
"""


class Recordings:
    name = "recordings"

    def __init__(self, context):
        self.folder = context["folder"] / "base-recordings"
        self.folder.mkdir()
        profile = self.folder / "base.yaml"
        profile.write_text(PROFILE.replace("MANIFESTS", json.dumps(str(context["root"] / "Profiles/manifests/aspnetcore"))))
        self.bases = [self.run(context["program"], profile)]
        for log in ("surge-and-rollout.jsonl", "workload-deleted-and-recreated.jsonl"):
            self.bases.append(self.imported(context["program"], context["root"] / "Tests/Resources/recordings" / log))

    def run(self, program, profile):
        output = self.folder / "run"
        program.prepare("run", profile, "--output", output, "--quiet", allowed={0, 1, 2, 3})
        return output / "run.sqlite"

    def imported(self, program, log):
        output = self.folder / f"{log.stem}.sqlite"
        program.prepare("import", "--watch-log", log, "--output", output, allowed={0})
        return output

    def close(self):
        pass

    def try_one(self, random, program, place):
        file = place / "run.sqlite"
        shutil.copy(random.choice(self.bases), file)
        changes = [self.change(random, file) for _ in range(random.choice([1, 1, 1, 2]))]
        outcome = "read"
        for command in (["evaluate", file], ["report", file, "--output", place / "out"], ["explain", file]):
            status, _, complaint = program.run(*command)
            wrong = program.judge(status, complaint, {0, 1, 2, 3, 65}, name="run.sqlite")
            if wrong:
                return "wrong", f"{command[0]}: {wrong}: {complaint.strip()[:300]}", changes
            if status == 65:
                outcome = "refused"
        return outcome, None, changes

    def change(self, random, file):
        way = random.choice([self.values, self.values, self.values, self.objects, self.objects, self.rows, self.schema, self.bytes])
        for _ in range(20):
            try:
                return way(random, file)
            except (sqlite3.Error, ValueError) as error:
                # What a change before this one has left is no database, text or JSON there.
                failure = error
        return f"nothing, since {failure}"

    @staticmethod
    def opened(file):
        database = sqlite3.connect(file, isolation_level=None)
        database.text_factory = bytes
        return database

    @staticmethod
    def tables(database):
        names = database.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
        return [row[0].decode() for row in names]

    def values(self, random, file):
        """One value, in one row or in all of them."""
        database = self.opened(file)
        table = random.choice([t for t in self.tables(database) if database.execute(f"SELECT count(*) FROM {t}").fetchone()[0]])
        columns = [(row[1].decode(), row[2].decode()) for row in database.execute(f"PRAGMA table_info({table})")]
        column, kind = random.choice(columns)
        rows = [row[0] for row in database.execute(f"SELECT rowid FROM {table}")]
        old = database.execute(f"SELECT {column} FROM {table} WHERE rowid = ?", (rows[0],)).fetchone()[0]
        value = nasty_value(random, kind, old)
        if random.random() < 0.3:
            database.execute(f"UPDATE {table} SET {column} = ?", (value,))
            return f"{table}.{column} = {value!r:.60} in all rows"
        row = random.choice(rows)
        database.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (value, row))
        return f"{table}.{column} = {value!r:.60} in row {row}"

    def objects(self, random, file):
        """Something inside an object that the API server sent."""
        database = self.opened(file)
        rows = database.execute("SELECT id, object FROM observation WHERE object IS NOT NULL").fetchall()
        row, text = random.choice(rows)
        tree = json.loads(text)
        told = nasty_json(random, tree)
        database.execute("UPDATE observation SET object = ? WHERE id = ?", (json.dumps(tree), row))
        return f"observation {row}: {told}"

    def rows(self, random, file):
        """Rows that are lost, doubled or exchanged."""
        database = self.opened(file)
        table = random.choice([t for t in self.tables(database) if database.execute(f"SELECT count(*) FROM {t}").fetchone()[0]])
        rows = [row[0] for row in database.execute(f"SELECT rowid FROM {table}")]
        way = random.choice(["lose", "lose all", "double", "reverse"])
        if way == "lose":
            lost = random.sample(rows, max(1, len(rows) // random.choice([2, 10, 100])))
            database.executemany(f"DELETE FROM {table} WHERE rowid = ?", [(row,) for row in lost])
        elif way == "lose all":
            database.execute(f"DELETE FROM {table}")
        elif way == "double":
            columns = [r[1].decode() for r in database.execute(f"PRAGMA table_info({table})") if not r[5]]
            names = ", ".join(columns)
            database.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM {table} WHERE rowid = ?", (random.choice(rows),))
        else:
            database.execute(f"UPDATE {table} SET rowid = -rowid")
        return f"{way} of {table}"

    def schema(self, random, file):
        """The version, the mark, a table or a column."""
        database = self.opened(file)
        way = random.choice(["user_version", "application_id", "table", "column", "view"])
        if way in ("user_version", "application_id"):
            value = random.choice([-1, 0, 1, 2, 3, 4, 99, 2**31 - 1, -(2**31)])
            database.execute(f"PRAGMA {way} = {value}")
            return f"{way} = {value}"
        for (view,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'view'").fetchall():
            database.execute(f"DROP VIEW {view.decode()}")
        if way == "view":
            return "no views"
        table = random.choice(self.tables(database))
        if way == "table":
            database.execute(f"DROP TABLE {table}")
            return f"no table {table}"
        column = random.choice([row[1].decode() for row in database.execute(f"PRAGMA table_info({table})")])
        database.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        return f"no column {table}.{column}"

    def bytes(self, random, file):
        """Bytes that are turned, cut off or added."""
        content = bytearray(file.read_bytes())
        way = random.choice(["turn", "cut", "add", "zero"])
        if way == "turn":
            for _ in range(random.choice([1, 10, 1000])):
                content[random.randrange(len(content))] ^= 1 << random.randrange(8)
        elif way == "cut":
            del content[random.randrange(len(content)) :]
        elif way == "add":
            content += random.randbytes(5000)
        else:
            page = random.randrange(len(content) // 4096) * 4096
            content[page : page + 4096] = bytes(4096)
        file.write_bytes(content)
        return f"{way} bytes"
