import KubernetesObjects
import Testing

@testable import SimulatedCluster

@Suite("How long a preStop hook lasts is read from its text")
struct PreStopLengthTests {
  @Test(
    "where it can be",
    arguments: [
      (["sleep", "12"], 12), (["/bin/sleep", "12"], 12), (["/bin/sh", "-c", "sleep 12"], 12),
      (["sh", "-c", "sleep 12s"], 12), (["/bin/bash", "-lc", "sleep 1m"], 60), (["sh", "-c", "sleep 0.5m 3s"], 33),
      (["sh", "-ec", "sleep 10; nginx -s quit; sleep 5"], 15), (["sh", "-c", "sleep 15 && kill -QUIT 1"], 15),
      (["sh", "-c", "echo draining\n sleep \"7\""], 7), (["sh", "-c", "exec sleep 8"], 8),
      (["busybox", "sleep", "9"], 9),
      (["sh", "-c", "nginx -s quit || sleep 30"], 0), (["sh", "-c", "sleep 30 & echo gone"], 0),
      (["sh", "-c", "TZ=UTC sleep 4 > /dev/null"], 4), (["sh", "-c", "/app/flush; sleep 6"], 6),
      (["/usr/sbin/nginx", "-s", "quit"], 0), (["sleep", "1e2"], 100),
      (["powershell", "-Command", "Start-Sleep -Seconds 20"], 20),
    ] as [([String], Double)])
  func known(command: [String], seconds: Double) {
    #expect(PreStopLength.length(ofCommand: command) == .lasts(.seconds(seconds)))
  }

  @Test(
    "is unknown where it depends on what is not simulated",
    arguments: [
      ["/app/drain"], [], ["sh", "/scripts/drain.sh"], ["sh", "-c", "while pgrep worker; do sleep 1; done"],
      ["sh", "-c", "sleep ${DRAIN}"], ["sh", "-c", "sleep $(cat /delay)"], ["sleep", "soon"], ["sleep", "-5"],
      ["sleep"],
      ["sleep", "nan"],
    ])
  func unknown(command: [String]) {
    #expect(PreStopLength.length(ofCommand: command) == .unknown)
  }

  @Test(
    "and has no end where it outlasts everything",
    arguments: [
      ["sleep", "infinity"], ["sleep", "inf"], ["sleep", "1e300"], ["sh", "-c", "sleep 99999999999999999999d"],
    ])
  func forever(command: [String]) {
    #expect(PreStopLength.length(ofCommand: command) == .forever)
  }
}
