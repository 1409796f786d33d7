#!/usr/bin/env python3
"""Makes a recording of many hours out of a short one of the profile surge-and-rollout.

Usage: long-recording.py SHORT.sqlite LONG.sqlite HOURS

Tables and the forms of objects are those of the short one. Of the long one, each second has two routes with 500 requests,
one in ten with some failures; 100 pods are listed twice a minute, the autoscaler writes a status every 15 s, and a pod is
replaced every half hour. Numbers come from a fixed seed.
"""
import datetime
import json
import math
import random
import shutil
import sqlite3
import sys

PROFILE = """apiVersion: scaleproof/v1
kind: Profile
metadata: {name: long}
target: {url: "http://api.example.com"}
cluster: {namespace: default, workload: deployment/aspnetcore-deployment, hpa: aspnetcore-hpa}
requests: [{name: list, path: /}, {name: order, path: /orders}]
load: {phases: [{name: long, for: HOURSh, rate: 1000/s}]}
expectations:
  - {name: obeys its own spec, hpaConformance: {}}
  - {name: stays within, withinCorridor: {}}
  - {name: steady, steadyReplicas: {during: long, count: ">= 90"}}
  - {name: fast, latency: {during: long, percentile: 99, below: 250ms}}
  - {name: few errors, errorBudget: {during: run, objective: 99%}}
  - {name: carried, throughput: {during: long, atLeast: 500/s}}
  - {name: there, availabilityFloor: {during: run}}
"""

short, long, hours = sys.argv[1], sys.argv[2], int(sys.argv[3])
random.seed(1)
shutil.copy(short, long)
database = sqlite3.connect(long)
run = database.execute
length = hours * 3600
start = run("SELECT started_at_us FROM run").fetchone()[0] // 1_000_000


def newest(resource, condition="1"):
    row = run(
        "SELECT object FROM observation WHERE resource = ? AND object IS NOT NULL AND kind <> 'deleted' AND "
        + condition + " ORDER BY id DESC LIMIT 1", (resource,)).fetchone()
    return json.loads(row[0])


autoscaler, deployment, replica_set = map(newest, ("horizontalpodautoscalers", "deployments", "replicasets"))
pod = newest("pods", "object LIKE '%\"ready\":true%' AND object NOT LIKE '%deletionTimestamp%'")
for table in ("observation", "load_interval", "failure", "generator", "connection", "clock_offset", "verdict_evidence",
              "measurement",
              "verdict", "judging", "phase", "action"):
    run("DELETE FROM " + table)


def time(seconds):
    return datetime.datetime.fromtimestamp(start + seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def leb(number):
    code = bytearray()
    while number >= 0x80:
        code.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes(code + bytes([number]))


def zigzag(number):
    return number << 1 if number >= 0 else (-number << 1) - 1


def encoded(values):
    """A histogram as Sources/Statistics/HistogramCodec.swift packs it."""
    counts = {}
    for value in values:
        octave = max(value.bit_length() - 8, 0)
        bucket = value if value < 256 else 256 + (octave - 1) * 128 + ((value >> octave) - 128)
        counts[bucket] = counts.get(bucket, 0) + 1
    code, following = b"\x01" + leb(0) + leb(sum(values)) + leb(min(values)) + leb(max(values)), 0
    for bucket in sorted(counts):
        if bucket > following:
            code += leb(zigzag(following - bucket))
        code += leb(zigzag(counts[bucket]))
        following = bucket + 1
    return code


known = {}


def latencies(count):
    """One of forty sets of so many latencies: both histograms, and p50, p95, p99 and the longest."""
    key = count, random.randrange(40)
    if key not in known:
        values = sorted(int(min(math.exp(random.gauss(9.2, 0.6)), 5e6)) for _ in range(count))
        at = lambda share: values[min(int(count * share), count - 1)]
        known[key] = encoded(values), encoded([max(value - 100, 1) for value in values]), [at(0.5), at(0.95), at(0.99), values[-1]]
    return known[key]


run("UPDATE run SET ended_us = ?, time_scale = 1.0, end_reason = 'completed', profile_text = ?",
    (length * 1_000_000, PROFILE.replace("HOURS", str(hours))))
run("INSERT INTO phase (position, name, planned_start_us, planned_end_us, start_rate, end_rate, start_us, end_us, stream) "
    "VALUES (0, 'long', 0, ?, 1000, 1000, 0, ?, '')", (length * 1_000_000,) * 2)
run("INSERT INTO clock_offset (at_us, low_us, high_us, skew_us) VALUES (0, -5000, 5000, 0)")

INTERVAL = ("INSERT INTO load_interval (source, start_us, end_us, route, outcome, version, offered, sent, dropped, late, failed, "
            "completed, bytes, p50_us, p95_us, p99_us, max_us, from_due, from_send, late_by_machine) "
            "VALUES ('', " + ", ".join("?" * 19) + ")")
for second in range(length):
    begin, end = second * 1_000_000, (second + 1) * 1_000_000
    for route in ("list", "order"):
        failed = 0 if second % 10 else 10
        due, send, figures = latencies(500 - failed)
        run(INTERVAL, (begin, end, route, "", "", 500, 500, 0, 0, failed, 500, 50_000, *figures, None, None, 0))
        run(INTERVAL, (begin, end, route, "200", "v1.0.0", None, None, None, None, 0, 500 - failed, 50_000, *figures, due,
                       send, None))
        if failed:
            due, send, figures = latencies(failed)
            run(INTERVAL, (begin, end, route, "503", "", None, None, None, None, 1, failed, 0, *figures, due, send, None))
    run("INSERT INTO connection (start_us, end_us, address, opened, reused, closed_by_peer, most_requests, compressed) "
        "VALUES (?, ?, '127.0.0.1:80', 0, 1000, 0, ?, 0)", (begin, end, second * 10 + 1))
    run("INSERT INTO generator (start_us, end_us, lateness_p50_us, lateness_p99_us, lateness_max_us, process_cpu, "
        "busiest_worker_cpu, connections_opened, in_flight, queued, machine_lateness_p99_us, machine_lateness_max_us, "
        "longest_pause_us, places) VALUES (?, ?, 80, 200, 300, 0.1, 0.1, 0, 10, 0, 200, 300, 300, 3000)", (begin, end))

observations = []
revision = 1000


def put(at, resource, kind, item=None, with_text=True):
    metadata = (item or {}).get("metadata", {})
    received = int(at * 1_000_000)
    observations.append((
        received - 3000 if kind in ("list", "listed") else received, received, resource, kind, metadata.get("name"),
        metadata.get("uid"), metadata.get("resourceVersion"),
        json.dumps(item, separators=(",", ":")) if item and with_text else None))


def write(item):
    global revision
    revision += 1
    item["metadata"]["resourceVersion"] = str(revision)


autoscaler["spec"].update(minReplicas=100, maxReplicas=130)
autoscaler["status"].update(currentReplicas=100, desiredReplicas=100)
autoscaler["status"].pop("lastScaleTime", None)
counts = dict(replicas=100, readyReplicas=100, availableReplicas=100)
deployment["spec"]["replicas"] = replica_set["spec"]["replicas"] = 100
deployment["status"].update(counts, updatedReplicas=100)
replica_set["status"].update(counts, fullyLabeledReplicas=100)
for item in (autoscaler, deployment, replica_set):
    item["metadata"]["creationTimestamp"] = time(-7200)
    for entry in item["metadata"].get("managedFields", []):
        if "time" in entry:
            entry["time"] = time(-3600)
    for condition in item.get("status", {}).get("conditions", []):
        for key in ("lastTransitionTime", "lastUpdateTime"):
            if key in condition:
                condition[key] = time(-3600)
    write(item)
made = 0


def new_pod(at):
    global made
    made += 1
    item = json.loads(json.dumps(pod))
    own = replica_set["metadata"]
    item["metadata"].update(name=f"{own['name']}-p{made:04}", uid=f"pod-{made}", creationTimestamp=time(at),
                            labels=dict(own["labels"]))
    item["metadata"]["ownerReferences"][0].update(name=own["name"], uid=own["uid"])
    for entry in item["metadata"].get("managedFields", []):
        entry["time"] = time(at)
    for condition in item["status"]["conditions"]:
        condition["lastTransitionTime"] = time(at)
    item["status"]["startTime"] = time(at)
    for container in item["status"]["containerStatuses"]:
        container.update(state={"running": {"startedAt": time(at)}}, ready=True, started=True)
    write(item)
    return item


pods = [new_pod(-3600) for _ in range(100)]


def list_all(at, with_text=False):
    for resource, items in (("horizontalpodautoscalers", [autoscaler]), ("deployments", [deployment]),
                            ("replicasets", [replica_set]), ("pods", pods), ("endpointslices", []), ("events", [])):
        for item in items:
            put(at, resource, "listed", item, with_text)
        put(at, resource, "list")


list_all(0.1, with_text=True)
for second in range(15, length, 15):
    if second % 30 == 0:
        list_all(second + 0.3)
    autoscaler["status"]["currentMetrics"][0]["resource"]["current"] = {
        "averageUtilization": 58 + second // 15 % 7, "averageValue": "150m"}
    for entry in autoscaler["metadata"]["managedFields"]:
        if entry.get("subresource") == "status":
            entry["time"] = time(second)
    write(autoscaler)
    put(second + 0.05, "horizontalpodautoscalers", "modified", autoscaler)
    if second % 1800 == 0:
        old = pods.pop(0)
        old["metadata"]["deletionTimestamp"] = time(second + 5)
        write(old)
        put(second + 5.1, "pods", "modified", old)
        write(old)
        put(second + 20, "pods", "deleted", old)
        young = new_pod(second + 5)
        put(second + 5.2, "pods", "added", young)
        write(young)
        put(second + 9, "pods", "modified", young)
        pods.append(young)
database.executemany(
    "INSERT INTO observation (sent_us, received_us, resource, kind, name, uid, resource_version, object) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?)", sorted(observations, key=lambda row: row[1]))
database.commit()
run("VACUUM")
