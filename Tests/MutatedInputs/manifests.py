"""Manifests with values, keys or text changed. What the program takes, kubectl's validation against the schema that Kubernetes
publishes has to take as well."""
import copy
import json
import signal
import subprocess
import time
import urllib.parse

import yaml

from mutate_values import nasty_json, nasty_text
from profiles import PlainLoader
from published_schema import SchemaServer

PROFILE = """
apiVersion: scaleproof/v1
kind: Profile
metadata: {name: manifests}
target: {url: http://api.example.com}
cluster: {simulated: manifest.yaml, workload: deployment/aspnetcore-deployment, hpa: aspnetcore-hpa}
requests: [{name: home, path: /}]
load: {phases: [{name: steady, for: 10s, rate: 10/s}]}
"""


class Manifests:
    name = "manifests"

    def __init__(self, context):
        root = context["root"]
        folder = root / "Profiles/manifests/aspnetcore"
        self.base = [d for f in sorted(folder.glob("*.yaml")) for d in yaml.load_all(f.read_text(), PlainLoader)]
        self.others = [
            d for f in sorted((root / "Tests/Resources/manifests").glob("*.yaml"))
            for d in yaml.load_all(f.read_text(), PlainLoader) if d]
        self.kubectl = context["kubectl"]
        self.cache = context["folder"] / "kubectl-cache"
        self.kubeconfig = context["folder"] / "kubeconfig"
        cluster = context["folder"] / "cluster-kubeconfig"
        self.cluster = subprocess.Popen(
            [context["program"].binary, "cluster", folder, "--kubeconfig", cluster], stdout=subprocess.DEVNULL)
        while not cluster.exists():
            if self.cluster.poll() is not None:
                raise SystemExit(f"the simulated cluster ended with {self.cluster.returncode}")
            time.sleep(0.05)
        described = yaml.safe_load(cluster.read_text())
        upstream = urllib.parse.urlsplit(described["clusters"][0]["cluster"]["server"])
        catalogue = json.loads((root / "Sources/KubernetesValidation/KubernetesFields.json").read_text())
        self.server = SchemaServer(catalogue, (upstream.hostname, upstream.port))
        described["clusters"][0]["cluster"]["server"] = self.server.url
        self.kubeconfig.write_text(json.dumps(described))
        self.check_oracle(context["folder"])

    def check_oracle(self, folder):
        """The validation is one: it takes the manifests as they are, and refuses an unknown key."""
        file = folder / "whole.yaml"
        file.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": self.base}))
        if refusal := self.refusal(file):
            raise SystemExit(f"kubectl refuses the manifests that are changed: {refusal}")
        broken = copy.deepcopy(self.base)
        broken[0]["spec"]["behaviour"] = {}
        file.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": broken}))
        if not self.refusal(file):
            raise SystemExit("kubectl takes a manifest with an unknown key, so that it validates nothing")

    def close(self):
        self.server.close()
        self.cluster.send_signal(signal.SIGINT)
        self.cluster.wait()

    def refusal(self, file):
        """What kubectl says against the objects of a file."""
        done = subprocess.run(
            [self.kubectl, "--kubeconfig", self.kubeconfig, "--cache-dir", self.cache, "create", "--dry-run=client",
             "--validate=true", "-o", "name", "-f", file], capture_output=True, text=True, stdin=subprocess.DEVNULL)
        lines = [line for line in done.stderr.splitlines() if "ValidationError" in line or "error validating" in line]
        return " ".join(lines)[:300]

    def try_one(self, random, program, place):
        documents = copy.deepcopy(self.base)
        if random.random() < 0.3:
            documents.append(copy.deepcopy(random.choice(self.others)))
        file = place / "manifest.yaml"
        if random.random() < 0.8:
            tree = random.choice(documents)
            change = [f"{tree.get('kind')}: {nasty_json(random, tree)}" for _ in range(random.choice([1, 1, 2]))]
            text = "\n---\n".join(json.dumps(document) for document in documents)
        else:
            whole = "---\n".join(yaml.safe_dump(document, sort_keys=False) for document in documents)
            text, change = nasty_text(random, whole)
        file.write_bytes(text.encode(errors="surrogatepass"))
        (place / "profile.yaml").write_text(PROFILE)
        status, _, complaint = program.run("validate", place / "profile.yaml")
        wrong = program.judge(status, complaint, {0, 65})
        if wrong:
            return "wrong", f"{wrong}: {complaint.strip()[:300]}", change
        if status != 0:
            return "refused", None, change
        if refusal := self.refusal(file):
            return "wrong", f"accepted, though kubectl refuses it: {refusal}", change
        return "accepted", None, change
