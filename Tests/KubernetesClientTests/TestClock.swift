import Foundation
import Synchronization

/// A clock that a test moves on, in seconds since 1970.
final class TestClock: Sendable {
  private let time: Mutex<Double>

  init(_ start: Double) { time = Mutex(start) }

  var now: Double { time.withLock { $0 } }

  func advance(_ seconds: Double) { time.withLock { $0 += seconds } }
}

/// Lines that come from anywhere.
final class Lines: Sendable {
  private let lines = Mutex<[String]>([])

  var all: [String] { lines.withLock { $0 } }

  func add(_ line: String) { lines.withLock { $0.append(line) } }
}

/// Waits until something is so, by looking again and again.
func eventually(within limit: Duration = .seconds(30), _ happened: () throws -> Bool) async throws {
  let start = ContinuousClock.now
  while try !happened() {
    guard start.duration(to: .now) < limit else { throw NeverHappened() }
    try await Task.sleep(for: .milliseconds(20))
  }
}

struct NeverHappened: Error {}
