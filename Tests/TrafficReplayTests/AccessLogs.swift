import Arrivals
import Foundation
import Profiles
import TrafficReplay

/// The log that a test reads, and the profile that it becomes.
enum AccessLogs {
  static func sample(_ name: String) throws -> String {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Resources")
    return try String(contentsOf: folder.appending(path: name), encoding: .utf8)
  }

  static func traffic(
    _ text: String, format: AccessLogFormat? = nil, anonymised: Bool = false
  ) throws(TrafficProblem) -> Traffic {
    var reading = AccessLogReading(format: format, anonymised: anonymised)
    // By bytes, as files are read: to Swift "\r\n" is a character of its own.
    for line in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      try reading.add(line: Substring(line))
    }
    return try reading.traffic()
  }

  /// A line as nginx writes it.
  static func line(
    at time: String = "23/Nov/2026:22:00:00 +0000", _ request: String = "GET / HTTP/1.1", status: Int = 200
  ) -> String {
    "10.1.2.3 - - [\(time)] \"\(request)\" \(status) 5 \"-\" \"curl/7.88\""
  }

  /// Lines with some requests in each second from 22:00:00 on.
  static func lines(_ counts: [Int], _ request: String = "GET / HTTP/1.1") -> String {
    counts.enumerated().flatMap { second, count in
      let clock = [22 + second / 3600, second / 60 % 60, second % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
      let line = line(at: "23/Nov/2026:\(clock.joined(separator: ":")) +0000", request)
      return Array(repeating: line, count: count)
    }.joined(separator: "\n")
  }

  static func replay(_ text: String, _ options: ReplayOptions = ReplayOptions(name: "replay")) throws -> ReplayProfile {
    try ReplayProfile(traffic(text), options: options)
  }

  /// The replay as the reader of profiles understands it.
  static func profile(_ replay: ReplayProfile) throws -> Profile {
    try ProfileReader.read(text: replay.text, source: "replay.yaml")
  }
}

extension AccessLogs {
  /// How many requests the load generator would plan in each second, from the text of the profile.
  static func plannedPerSecond(_ replay: ReplayProfile, seconds: Int) throws -> [Int] {
    var counts = Array(repeating: 0, count: seconds)
    let schedule = try profile(replay).load.schedule(ofStream: 0, timeScale: 1)
    for arrival in schedule?.arrivals() ?? ArrivalSchedule(phases: [], process: .uniform).arrivals() {
      let second = Int(arrival.due / 1_000_000_000)
      // A request past the end would be one of a second that the log does not have.
      if second >= counts.count { counts += Array(repeating: 0, count: second + 1 - counts.count) }
      counts[second] += 1
    }
    return counts
  }
}
