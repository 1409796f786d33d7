"""Gives scaleproof inputs that were changed at random, and says which of them it answered wrongly.

Wrong is: a trap or a defect (exit 70), more than two seconds of CPU or a minute without an end, a refusal without a line
that names the file, an exit status that the command does not have, and to accept what a schema or Kubernetes refuses.
Each case is made from the seed, its kind and its number alone, and can be repeated by --case KIND:NUMBER.
"""
import argparse
import collections
import concurrent.futures
import os
import pathlib
import random
import resource
import shutil
import subprocess
import sys
import tempfile

import kubeconfigs
import logs
import manifests
import profiles
import recordings

KINDS = {
    "profiles": (profiles.Profiles, 5000),
    "manifests": (manifests.Manifests, 1500),
    "recordings": (recordings.Recordings, 200),
    "kubeconfigs": (kubeconfigs.Kubeconfigs, 100),
    "logs": (logs.Logs, 100),
}
ROOT = pathlib.Path(__file__).resolve().parents[2]
SHORT = 25
CPU_SECONDS = 2
WALL_SECONDS = 60


class Program:
    """The scaleproof that is tried: each call is bounded in CPU, memory and time."""

    def __init__(self, binary):
        self.binary = binary

    @staticmethod
    def limits():
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))
        resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    def run(self, *arguments, folder=None, environment=None):
        """The exit status (negative for a signal, None for no end) and what was said."""
        try:
            done = subprocess.run(
                [self.binary, *map(str, arguments)], cwd=folder, env={**os.environ, **(environment or {})},
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=WALL_SECONDS,
                preexec_fn=self.limits)
            return done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")
        except subprocess.TimeoutExpired:
            return None, "", ""

    def prepare(self, *arguments, allowed):
        """Makes an input that others are changed from."""
        done = subprocess.run([self.binary, *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode not in allowed:
            sys.exit(f"{arguments[0]} ended with {done.returncode}: {done.stderr}")

    @staticmethod
    def judge(status, complaint, allowed, name=None):
        """What is wrong with an ending, or None. `name` is the file that a refusal has to name."""
        if status is None:
            return f"no end within {WALL_SECONDS} s"
        if status < 0:
            return f"over {CPU_SECONDS} s of CPU" if -status in (9, 24) else f"ended by signal {-status}"
        if status not in allowed:
            return f"exit status {status}"
        if "Fatal error" in complaint or "defect:" in complaint:
            return "a defect was reported"
        if status in (64, 65, 69) and name and name not in complaint:
            return "the refusal does not name the file"
        return None


def one(kind, seed, number, program, folder):
    """Tries one case: what happened to it, and what is wrong, if anything."""
    place = pathlib.Path(folder) / f"{kind.name}-{number}"
    place.mkdir()
    try:
        return kind.try_one(random.Random(f"{seed}-{kind.name}-{number}"), program, place)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(prog="scripts/mutate-inputs", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="where the changes come from (default: 1)")
    parser.add_argument("--short", action="store_true", help=f"{SHORT} of each kind")
    parser.add_argument("--only", choices=KINDS, help="one kind")
    parser.add_argument("--count", type=int, help="how many of each kind")
    parser.add_argument("--case", metavar="KIND:NUMBER", help="one case, whose input is kept and shown")
    parser.add_argument("--program", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--kubectl", default="kubectl", help=argparse.SUPPRESS)
    options = parser.parse_args()
    program = Program(os.path.abspath(options.program))

    with tempfile.TemporaryDirectory(prefix="scaleproof-mutated-") as folder:
        context = {"program": program, "folder": pathlib.Path(folder), "root": ROOT, "kubectl": options.kubectl}
        if options.case:
            name, number = options.case.split(":")
            place = pathlib.Path(tempfile.mkdtemp(prefix="scaleproof-case-"))
            kind = KINDS[name][0](context)
            print(kind.try_one(random.Random(f"{options.seed}-{name}-{number}"), program, place), f"kept in {place}")
            return 0
        faults = 0
        print(f"seed {options.seed}")
        for name, (make, count) in KINDS.items():
            if options.only and name != options.only:
                continue
            count = SHORT if options.short else options.count or count
            kind = make(context)
            outcomes = collections.Counter()
            with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
                tries = [pool.submit(one, kind, options.seed, number, program, folder) for number in range(count)]
                for number, attempt in enumerate(tries):
                    outcome, wrong, change = attempt.result()
                    outcomes[outcome] += 1
                    if wrong:
                        faults += 1
                        print(f"WRONG {name}:{number}: {wrong}: {change}", flush=True)
            said = ", ".join(f"{number} {outcome}" for outcome, number in sorted(outcomes.items()))
            print(f"{count} {name}: {said}", flush=True)
            kind.close()
        print("nothing was answered wrongly" if faults == 0 else f"{faults} answered wrongly")
        return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
