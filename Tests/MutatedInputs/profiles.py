"""Profiles with values, keys or text changed. What the program takes, the schema that it prints has to take as well."""
import copy
import json

import jsonschema
import yaml

from mutate_values import nasty_json, nasty_text

RICH = """
apiVersion: scaleproof/v1
kind: Profile
metadata: {name: rich}
target:
  url: https://api.example.com
  connectTo: ["127.0.0.1:8443", "127.0.0.2:8443"]
  http: "2"
  compression: gzip
  redirects: 2
  auth: {basic: {user: me, password: "{{env PASSWORD}}"}}
  tls: {verify: false, serverName: api.example.com, minVersion: "1.3", sessionResumption: false}
  timeouts: {connect: 1s, request: 2s}
  connections: {maxInFlight: 3000, maxLateness: 500ms, min: 4, max: 100, maxAge: 30s, maxRequests: 50, choice: narrow, streams: 10, resolveEvery: 1m}
  servedBy: {pod: X-Pod, version: X-Version}
cluster: {context: staging, namespace: production, workload: deployment/web, hpa: web}
requests:
  - {name: list, weight: 8, path: "/items?page={{int 1 50}}", expect: {status: [200, 2xx], headers: {X-Cache: HIT}, json: {"/items/0/id": 7}, maxSize: 64Ki}}
  - {name: order, method: POST, path: /orders, headers: {Idempotency-Key: "{{uuid}}"}, body: {json: {sku: "{{csv skus.sku}}", at: "{{time}}"}}, auth: {bearer: "{{env TOKEN}}"}}
  - {name: export, path: /export, auth: none, expect: {bodyContains: [sku, price]}}
data: {skus: {file: skus.csv, order: random}}
load:
  seed: 7
  workers: 2
  streams:
    - {name: shoppers, requests: [list, order], arrivals: poisson, phases: [{name: calm, for: 60s, rate: 20/s}, {name: ramp, for: 1m30s, from: 20/s, to: 1200/min}]}
    - {name: batch, requests: [export], phases: [{name: nightly, for: 2m, users: 20, think: 1s}]}
actions:
  - {name: release, at: calm + 10s, rollout: {setImage: {web: "registry/web:v2"}}}
  - {name: again, at: ramp.start + 30s, rollout: {restart: true}}
abortOn:
  - {name: errors, errorRatio: "> 20%", over: 30s}
  - {latency: {percentile: 99, above: 2s}, over: 60s}
  - {dropped: "> 5%", over: 10s}
expectations:
  - {name: a, steadyReplicas: {during: calm, count: 3, settle: 10s}}
  - {name: b, scaleUp: {after: ramp.start, to: ">= 8", of: ready, within: 30s}}
  - {name: c, throughput: {during: ramp, atLeast: 99%, route: list}}
  - {name: d, latency: {during: ramp, percentile: 99.9, below: 250ms, from: send}}
  - {name: e, rolloutCompletes: {action: release, within: 60s}}
  - {name: f, errorBudget: {during: release, objective: 99%, confidence: 95%}}
  - {name: g, availabilityFloor: {during: release}}
  - {name: h, scaleDown: {after: calm.end, to: 3, within: 60s, notBefore: 5s}}
  - {name: i, hpaConformance: {syncPeriod: 15s, downscaleStabilization: 5m, tolerance: 10%}}
  - {name: j, withinCorridor: {during: run}}
"""


class PlainLoader(yaml.SafeLoader):
    """YAML as the program reads it: no dates, no numbers to the base of 60."""


PlainLoader.yaml_implicit_resolvers = {
    key: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for key, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class Profiles:
    name = "profiles"

    def __init__(self, context):
        root = context["root"]
        status, schema, complaint = context["program"].run("validate", "--schema")
        if status != 0:
            raise SystemExit(f"validate --schema ended with {status}: {complaint}")
        self.schema = jsonschema.Draft7Validator(json.loads(schema))
        self.texts = [RICH]
        for path in sorted((root / "Profiles").glob("*.yaml")):
            text = path.read_text()
            if "kind: Profile" in text:
                self.texts.append(text.replace("manifests: ", f"manifests: {root}/Profiles/"))
        for text in self.texts:
            self.schema.validate(yaml.load(text, PlainLoader))

    def close(self):
        pass

    def try_one(self, random, program, place):
        text = random.choice(self.texts)
        if random.random() < 0.6:
            tree = copy.deepcopy(yaml.load(text, PlainLoader))
            change = [nasty_json(random, tree) for _ in range(random.choice([1, 1, 2]))]
            text = json.dumps(tree)
        else:
            text, change = nasty_text(random, text)
        (place / "skus.csv").write_text("sku\na\nb\n")
        file = place / "profile.yaml"
        file.write_bytes(text.encode(errors="surrogatepass"))
        status, _, complaint = program.run("validate", file)
        wrong = program.judge(status, complaint, {0, 65}, name="profile.yaml")
        if wrong:
            return "wrong", f"{wrong}: {complaint.strip()[:300]}", change
        if status == 0:
            refusal = self.refusal(text)
            if refusal:
                return "wrong", f"accepted, though the schema refuses it: {refusal}", change
        return ("accepted" if status == 0 else "refused"), None, change

    def refusal(self, text):
        """Why the schema refuses a text, where another reader of YAML can read it."""
        try:
            tree = yaml.load(text, PlainLoader)
        except (yaml.YAMLError, ValueError):
            return None
        error = jsonschema.exceptions.best_match(self.schema.iter_errors(tree))
        return error and f"{'.'.join(map(str, error.absolute_path))}: {error.message[:200]}"
