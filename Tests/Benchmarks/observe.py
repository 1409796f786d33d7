"""What observing a cluster costs: processor and memory of `scaleproof record` while a thousand pods roll over, with and
without thousands of pods of others beside them; and memory and recording of a long run at an accelerated pace.

Usage: observe.py SCALEPROOF [--pods N] [--foreign N] [--seconds N] [--hours N]
"""

import argparse
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request


def deployment(name, replicas, labels, delay):
    return {
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name, "namespace": "shop"},
        "spec": {
            "replicas": replicas, "selector": {"matchLabels": labels},
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "10%", "maxUnavailable": "10%"}},
            "template": {
                "metadata": {"labels": labels},
                "spec": {
                    "terminationGracePeriodSeconds": 5,
                    "containers": [{
                        "name": "web", "image": "example.com/web:v1", "ports": [{"containerPort": 8080}],
                        "resources": {"requests": {"cpu": "10m", "memory": "16Mi"}},
                        "env": [{"name": f"SETTING_{number}", "value": "x" * 40} for number in range(20)],
                        "readinessProbe": {"httpGet": {"path": "/", "port": 8080}, "initialDelaySeconds": delay},
                    }],
                },
            },
        },
    }


def service():
    return {
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": 8080}]},
    }


def ask(url, method="GET", body=None, kind="application/merge-patch+json"):
    request = urllib.request.Request(
        url, method=method, data=None if body is None else json.dumps(body).encode(), headers={"Content-Type": kind})
    with urllib.request.urlopen(request, timeout=120) as answer:
        return json.load(answer)


def processor_seconds(process):
    fields = open(f"/proc/{process}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def mebibytes(process, what):
    text = open(f"/proc/{process}/status").read()
    return int(re.search(rf"{what}:\s+(\d+)", text).group(1)) / 1024


class Cluster:
    def __init__(self, scaleproof, folder, objects):
        manifests = os.path.join(folder, "manifests.yaml")
        kubeconfig = os.path.join(folder, "kubeconfig")
        with open(manifests, "w") as file:
            file.write("\n---\n".join(json.dumps(an_object) for an_object in objects))
        self.process = subprocess.Popen(
            [scaleproof, "cluster", manifests, "--kubeconfig", kubeconfig], stdout=subprocess.DEVNULL)
        self.kubeconfig = kubeconfig
        while not os.path.exists(kubeconfig) or not open(kubeconfig).read().strip():
            if self.process.poll() is not None:
                sys.exit("observe: the simulated cluster did not start")
            time.sleep(0.1)
        self.url = re.search(r"server:\s*\"?(http[^\"\s]+)", open(kubeconfig).read()).group(1)

    def workload(self, name="web"):
        return ask(f"{self.url}/apis/apps/v1/namespaces/shop/deployments/{name}")

    def await_ready(self, name, replicas):
        while self.workload(name).get("status", {}).get("readyReplicas", 0) < replicas:
            time.sleep(1)

    def stop(self):
        self.process.terminate()
        self.process.wait()


# A simulated cluster runs no more pods of one workload than twice as many.
PODS_OF_OTHERS = 1000


def others(count):
    """Name and replicas of each workload that is not recorded."""
    sizes = [min(PODS_OF_OTHERS, count - begin) for begin in range(0, count, PODS_OF_OTHERS)]
    return [(f"other-{number}", size) for number, size in enumerate(sizes)]


def rolling(scaleproof, pods, foreign, seconds):
    """Records a rollout of all pods: what share of a core it took, and how much memory."""
    with tempfile.TemporaryDirectory() as folder:
        objects = [deployment("web", pods, {"app": "web"}, 20), service()]
        objects += [deployment(name, size, {"app": name}, 1) for name, size in others(foreign)]
        cluster = Cluster(scaleproof, folder, objects)
        recorder = None
        try:
            for name, size in [("web", pods)] + others(foreign):
                cluster.await_ready(name, size)
            output = os.path.join(folder, "out")
            recorder = subprocess.Popen(
                [scaleproof, "record", "--kubeconfig", cluster.kubeconfig, "--namespace", "shop", "--workload",
                 "deployment/web", "--output", output, "--quiet"],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(5)
            began, before = time.monotonic(), processor_seconds(recorder.pid)
            ask(f"{cluster.url}/apis/apps/v1/namespaces/shop/deployments/web", "PATCH", {
                "spec": {"template": {"metadata": {"annotations": {"release": "2"}}}}})
            complete = None
            while time.monotonic() < began + seconds:
                time.sleep(2)
                status = cluster.workload().get("status", {})
                if complete is None and status.get("updatedReplicas") == pods == status.get("availableReplicas") \
                        and status.get("replicas") == pods:
                    complete = time.monotonic() - began
            share = (processor_seconds(recorder.pid) - before) / (time.monotonic() - began)
            memory = mebibytes(recorder.pid, "VmHWM")
            recorder.send_signal(signal.SIGINT)
            recorder.wait()
            recording = sqlite3.connect(os.path.join(output, "run.sqlite"))
            events, = recording.execute(
                "SELECT count(*) FROM observation WHERE kind IN ('added', 'modified', 'deleted')").fetchone()
            strangers, = recording.execute(
                "SELECT count(*) FROM observation WHERE resource = 'pods' AND name NOT LIKE 'web-%'").fetchone()
            return share, memory, events, strangers, complete
        finally:
            if recorder and recorder.poll() is None:
                recorder.kill()
            cluster.stop()


PROFILE = """
apiVersion: scaleproof/v1
kind: Profile
metadata: {name: long-observation}
target: {url: http://api.example.com}
cluster:
  simulated: {manifests: [manifests.yaml], timeScale: 60}
  namespace: shop
  workload: deployment/web
requests: [{name: list, path: /}]
load: {phases: [{name: only, for: HOURSh, rate: 1/s}]}
"""


def long(scaleproof, hours):
    """A run of so many hours with 50 pods, sixty times as fast: megabytes an hour, and memory after a fifth and at the end."""
    with tempfile.TemporaryDirectory() as folder:
        ingress = {
            "apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": "web", "namespace": "shop"},
            "spec": {"rules": [{"host": "api.example.com", "http": {"paths": [{
                "path": "/", "pathType": "Prefix",
                "backend": {"service": {"name": "web", "port": {"number": 80}}}}]}}]},
        }
        objects = [deployment("web", 50, {"app": "web"}, 5), service(), ingress]
        with open(os.path.join(folder, "manifests.yaml"), "w") as file:
            file.write("\n---\n".join(json.dumps(an_object) for an_object in objects))
        with open(os.path.join(folder, "long.yaml"), "w") as file:
            file.write(PROFILE.replace("HOURS", str(hours)))
        output = os.path.join(folder, "out")
        run = subprocess.Popen(
            [scaleproof, "run", os.path.join(folder, "long.yaml"), "--output", output, "--quiet"],
            stdout=subprocess.DEVNULL)
        samples = []
        while run.poll() is None:
            try:
                samples.append(mebibytes(run.pid, "VmRSS"))
            except (AttributeError, OSError):
                break
            time.sleep(1)
        run.wait()
        size = os.path.getsize(os.path.join(output, "run.sqlite")) / 1e6
        # The end of the run is judged and reported, which is no part of observing.
        kept = samples[: max(len(samples) - 10, 2)]
        return size / hours, kept[len(kept) // 5], kept[-1], hours


def kept(value, bound):
    return "kept" if value < bound else "NOT KEPT"


def main():
    options = argparse.ArgumentParser()
    options.add_argument("scaleproof")
    options.add_argument("--pods", type=int, default=1000)
    options.add_argument("--foreign", type=int, default=5000)
    options.add_argument("--seconds", type=int, default=180)
    options.add_argument("--hours", type=int, default=6)
    chosen = options.parse_args()
    for foreign in (0, chosen.foreign):
        share, memory, events, strangers, complete = rolling(
            chosen.scaleproof, chosen.pods, foreign, chosen.seconds)
        rolled = "not complete" if complete is None else f"complete after {complete:.0f} s"
        print(
            f"observe   {chosen.pods} pods roll over beside {foreign} others ({rolled}, {events} events, {strangers} of others): "
            f"{share * 100:.1f} % of a core (under 5 %: {kept(share, 0.05)}), {memory:.0f} MiB (under 150 MiB: {kept(memory, 150)})",
            flush=True)
    size, early, late, hours = long(chosen.scaleproof, chosen.hours)
    print(
        f"observe   {hours} h with 50 pods, sixty times as fast: {size:.1f} MB an hour (under 60 MB: {kept(size, 60)}), "
        f"{early:.0f} MiB after a fifth, {late:.0f} MiB at the end (flat: {kept(late, early * 1.1 + 5)})", flush=True)


main()
