"""Kubeconfigs with values, keys or text changed. What kubectl refuses to read, the program has to refuse as well."""
import base64
import copy
import json
import socket
import subprocess

import yaml

from mutate_values import nasty_json, nasty_text
from profiles import PlainLoader

PROFILE = """
apiVersion: scaleproof/v1
kind: Profile
metadata: {name: kubeconfigs}
target: {url: "http://127.0.0.1:PORT"}
cluster: {context: one, workload: deployment/web}
requests: [{name: home, path: /}]
load: {phases: [{name: steady, for: 1s, rate: 1/s}]}
"""


class Kubeconfigs:
    name = "kubeconfigs"

    def __init__(self, context):
        self.kubectl = context["kubectl"]
        # A port on which nobody listens, held for as long as this lives.
        self.socket = socket.socket()
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        secret = base64.b64encode(b"no certificate").decode()
        self.base = yaml.load(f"""
apiVersion: v1
kind: Config
preferences: {{}}
current-context: one
contexts:
  - name: one
    context: {{cluster: a, user: token, namespace: web}}
  - name: two
    context: {{cluster: b, user: plugin}}
clusters:
  - name: a
    cluster: {{server: "http://127.0.0.1:{self.port}"}}
  - name: b
    cluster: {{server: "https://127.0.0.1:{self.port}", certificate-authority-data: {secret}, tls-server-name: kubernetes}}
users:
  - name: token
    user: {{token: abc}}
  - name: plugin
    user: {{exec: {{apiVersion: client.authentication.k8s.io/v1, command: "false", args: [get-token], interactiveMode: Never}}}}
""", PlainLoader)

    def close(self):
        self.socket.close()

    def refusal(self, file):
        """What kubectl says against a file; nothing when it got as far as to ask the server."""
        done = subprocess.run(
            [self.kubectl, "--kubeconfig", file, "--context", "one", "get", "--raw", "/version"], capture_output=True,
            text=True, stdin=subprocess.DEVNULL)
        reached = ("refused", "Unable to connect", "EOF", "no such host", "exec plugin", "getting credentials")
        return None if any(word in done.stderr for word in reached) else done.stderr.strip()[:200]

    def try_one(self, random, program, place):
        if random.random() < 0.7:
            tree = copy.deepcopy(self.base)
            change = [nasty_json(random, tree) for _ in range(random.choice([1, 1, 2]))]
            text = json.dumps(tree, indent=1)
        else:
            text, change = nasty_text(random, yaml.safe_dump(self.base, sort_keys=False))
        file = place / "kubeconfig"
        file.write_bytes(text.encode(errors="surrogatepass"))
        (place / "profile.yaml").write_text(PROFILE.replace("PORT", str(self.port)))
        status, _, complaint = program.run(
            "run", place / "profile.yaml", "--kubeconfig", file, "--output", place / "out", "--quiet")
        wrong = program.judge(status, complaint, {4, 64, 65, 69})
        if wrong:
            return "wrong", f"{wrong}: {complaint.strip()[:300]}", change
        if status == 69 and (refusal := self.refusal(file)):
            return "wrong", f"read ({complaint.strip()[:150]}), though kubectl refuses it: {refusal}", change
        return ("read" if status == 69 else "refused"), None, change
