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
      (["sh", "-c", "echo 'done; sleep 100'; sleep 5"], 5), (["sh", "-c", "echo \"a && sleep 100\" && sleep 5"], 5),
      (["sh", "-c", "echo draining # then sleep 100; sleep 7\nsleep 4"], 4), (["sh", "-c", "echo a\\; sleep 3"], 0),
      (["sh", "-c", "sh -c 'sleep 6; sleep 2'"], 8), (["bash", "-c", "exec sh -c \"sleep 6\""], 6),
      (["sh", "-c", "sleep 3 2>&1; sleep 2 &> /dev/null; sleep 1 >/tmp/x"], 6),
      (["sh", "-c", "echo '$(date)'; sleep 2"], 2),
      (["sh", "-c", "sleep 1;\\\n sleep 1"], 2), (["sh", "-c", "sleep 2; exit 0; sleep 50"], 2),
      (["sh", "-c", "echo a\r\nsleep 3\r\n"], 3),
      (["sh", "-c", "echo > 'a; sleep 9' b; sleep 1"], 1), (["sh", "-c", "\"sleep\" '1''0'"], 10),
    ] as [([String], Double)])
  func known(command: [String], seconds: Double) {
    #expect(PreStopLength.length(ofCommand: command) == .lasts(.seconds(seconds)))
  }

  @Test(
    "is unknown where it depends on what is not simulated",
    arguments: [
      ["/app/drain"], [], ["sh", "/scripts/drain.sh"], ["sh", "-c", "while pgrep worker; do sleep 1; done"],
      ["sh", "-c", "sleep ${DRAIN}"], ["sh", "-c", "sleep 'until it ends"], ["sh", "-c", "(sleep 5; sleep 5) & wait"],
      ["sh", "-c", "sleep \"$(cat /delay)\""], ["sh", "-c", "sleep '${DRAIN}'"], ["sh", "-c", "sleep $(cat /delay)"],
      ["sleep", "soon"], ["sleep", "-5"],
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
