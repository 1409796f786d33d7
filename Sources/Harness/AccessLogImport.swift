import Foundation
import LogFiles
import Profiles
import TrafficReplay
import Units

/// Turns an access log into a profile that replays its traffic.
package struct AccessLogImport {
  let log: String
  let output: NewProfile
  let format: AccessLogFormat?
  let options: ReplayOptions

  /// Lines longer than this are not lines of a log.
  private static let longestLine = 1 << 20

  /// - Parameters:
  ///   - log: path of the access log, or `-` for standard input.
  ///   - output: path of the profile.
  ///   - force: whether to replace a file that is there.
  ///   - format: `nil` recognises it.
  ///   - target: the URL of the profile; `nil` leaves a place to edit.
  ///   - resolution: the length of every phase, as in `1s`; `nil` merges like seconds.
  /// - Throws: ``HarnessError`` for numbers that make no sense.
  package init(
    log: String, output: String, force: Bool, format: String, target: String?, anonymise: Bool, mostRoutes: Int,
    resolution: String?
  ) throws(HarnessError) {
    self.log = log
    self.output = NewProfile(path: output, force: force)
    let formats = ["auto"] + AccessLogFormat.allCases.map(\.rawValue)
    guard formats.contains(format) else {
      throw HarnessError(.usage, "--format \(format): there is no such format: \(formats.joined(separator: ", "))")
    }
    self.format = AccessLogFormat(rawValue: format)
    guard (1...1000).contains(mostRoutes) else {
      throw HarnessError(.usage, "--max-routes \(mostRoutes): write a number from 1 to 1000")
    }
    options = ReplayOptions(
      name: self.output.name, target: target, anonymise: anonymise, mostRoutes: mostRoutes,
      resolution: try Self.seconds(resolution))
  }

  private static func seconds(_ text: String?) throws(HarnessError) -> Int? {
    guard let text else { return nil }
    let length = try? Duration(text: text)
    guard let length, length >= .seconds(1), length.nanoseconds % 1_000_000_000 == 0 else {
      throw HarnessError(.usage, "--resolution \(text): write whole seconds, as in 1s or 10s; logs tell no more")
    }
    return Int(length.nanoseconds / 1_000_000_000)
  }

  package func execute() throws -> ExitStatus {
    try output.checkPlace()
    let traffic: Traffic
    var reading = AccessLogReading(format: format, anonymised: options.anonymise)
    do {
      try read(into: &reading)
      traffic = try reading.traffic()
    } catch let problem as LogFileError {
      throw HarnessError(.invalidInput, "\(log): the access log cannot be read: \(problem)")
    } catch let problem as TrafficProblem {
      throw HarnessError(.invalidInput, "\(log)\(problem.line.map { ":\($0)" } ?? ""): \(problem.reason)")
    }
    let replay: ReplayProfile
    do {
      replay = try ReplayProfile(traffic, options: options)
    } catch {
      throw HarnessError(.invalidInput, "\(log): \(error)")
    }
    _ = try output.read(replay.text)
    try output.write(replay.text)
    tell(traffic, replay)
    return .passed
  }

  private func tell(_ traffic: Traffic, _ replay: ReplayProfile) {
    for (line, reason) in traffic.broken.first { StandardOutput.complain("\(log):\(line): not understood: \(reason)") }
    for (line, reason) in traffic.unreplayable.first { StandardOutput.complain("\(log):\(line): left out: \(reason)") }
    for line in replay.report { StandardOutput.line(TerminalText.plain(line)) }
    StandardOutput.line("Profile   \(output.path)")
  }

  /// Reads in pieces, so that a log of any size takes no more memory than one of its lines.
  private func read(into reading: inout AccessLogReading) throws {
    var file = try LogFile(path: log)
    var rest: [UInt8] = []
    while true {
      let piece = try file.read()
      guard !piece.isEmpty else { break }
      rest += piece
      var start = 0
      while let end = rest[start...].firstIndex(of: UInt8(ascii: "\n")) {
        try add(rest[start..<end], to: &reading)
        start = end + 1
      }
      rest.removeFirst(start)
      if rest.count > Self.longestLine {
        // What is left of it counts as a line of its own: not understood either.
        try reading.addOverlong(
          "the line is longer than 1 MiB", beginning: Substring(decoding: rest.prefix(200), as: UTF8.self))
        rest.removeAll()
      }
    }
    if !rest.isEmpty { try add(rest[...], to: &reading) }
  }

  private func add(_ line: ArraySlice<UInt8>, to reading: inout AccessLogReading) throws {
    try reading.add(line: Substring(decoding: line, as: UTF8.self))
  }
}
