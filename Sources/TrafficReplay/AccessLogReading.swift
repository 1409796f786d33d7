/// Reads an access log line by line, and keeps what a profile is made of: requests per second, and requests per route.
///
/// Memory grows with the seconds and the routes of the log, not with its lines.
package struct AccessLogReading: Sendable {
  /// Routes that are told apart while reading; beyond, those that were seen only once give way.
  static let mostRoutes = 20_000
  /// Lines at the beginning of which one has to be of a known format.
  private static let linesToDetect = 20

  /// `nil` until a line was recognised.
  package private(set) var format: AccessLogFormat?
  private var lines = 0
  private var firstLine = ""
  private var broken = BrokenLines()
  private var unreplayable = BrokenLines()
  private var perSecond: [Int64: Int] = [:]
  private var routes: [RouteTally.Key: RouteTally] = [:]
  private var unrouted = 0
  private var usedKeys: Set<String> = []

  /// Lines that were not taken: how many, and the first of them.
  package struct BrokenLines: Sendable, Equatable {
    package private(set) var count = 0
    /// Line number, from 1, and the reason.
    package private(set) var first: [(line: Int, reason: String)] = []

    fileprivate mutating func add(line: Int, reason: String) {
      count += 1
      if first.count < 3 { first.append((line, reason)) }
    }

    package static func == (left: BrokenLines, right: BrokenLines) -> Bool {
      left.count == right.count
        && left.first.elementsEqual(right.first) { $0.line == $1.line && $0.reason == $1.reason }
    }
  }

  /// - Parameter format: `nil` recognises it.
  package init(format: AccessLogFormat? = nil) {
    self.format = format
  }

  /// Takes the next line, without its line break. Blank ones are passed over.
  ///
  /// - Throws: ``TrafficProblem`` when the format is not recognised.
  package mutating func add(line text: Substring) throws(TrafficProblem) {
    lines += 1
    let line = text.last == "\r" ? text.dropLast() : text
    guard line.contains(where: { $0 != " " && $0 != "\t" }) else { return }
    if firstLine.isEmpty { firstLine = String(line.prefix(200)) }
    if format == nil { format = AccessLogFormat(detecting: line) }
    guard let format else {
      broken.add(line: lines, reason: "the line is of no known format")
      if broken.count >= Self.linesToDetect { throw unknownFormat }
      return
    }
    do throws(LogLineProblem) {
      add(try parse(line, format))
    } catch {
      switch error {
      case .broken(let reason): broken.add(line: lines, reason: reason)
      case .unreplayable(let reason): unreplayable.add(line: lines, reason: reason)
      }
    }
  }

  /// A line that is too long to be one, or that cannot be read as text.
  package mutating func addUnreadableLine(_ reason: String) {
    lines += 1
    broken.add(line: lines, reason: reason)
  }

  /// What the log says.
  ///
  /// - Throws: ``TrafficProblem`` for a log without requests, with more broken lines than others, or over a time that no
  ///   run can take.
  package func traffic() throws(TrafficProblem) -> Traffic {
    let requests = perSecond.values.reduce(0, +)
    guard requests + unreplayable.count + broken.count > 0 else { throw TrafficProblem("the log is empty") }
    guard let format else { throw unknownFormat }
    let understood = requests + unreplayable.count
    if broken.count > understood, let (line, reason) = broken.first.first {
      throw TrafficProblem(
        "\(broken.count) of \(broken.count + understood) lines are not \(format.name); line \(line): \(reason); if the format is "
          + "another one, name it with --format", line: line)
    }
    guard let first = perSecond.keys.min(), let last = perSecond.keys.max() else {
      throw TrafficProblem(
        "none of its \(unreplayable.count) lines is a request that a profile can send"
          + (unreplayable.first.first.map { "; line \($0.line): \($0.reason)" } ?? ""))
    }
    let length = last - first + 1
    guard length <= Traffic.longest else {
      throw TrafficProblem(
        "the log goes from \(LogTime.text(of: first)) to \(LogTime.text(of: last)), and a run takes at most "
          + "\(Traffic.longest / 86_400) days; cut out the part to replay, or the line with the wrong time")
    }
    return Traffic(
      format: format, start: first, counts: (first...last).map { perSecond[$0] ?? 0 }, routes: routes,
      unrouted: unrouted, broken: broken, unreplayable: unreplayable, keys: usedKeys.sorted())
  }

  private var unknownFormat: TrafficProblem {
    TrafficProblem(
      "the format is not recognised: \"\(firstLine)\"; known are nginx combined, JSON lines and AWS ALB; a time and a "
        + "request are needed", line: 1)
  }

  private mutating func parse(_ line: Substring, _ format: AccessLogFormat) throws(LogLineProblem) -> LoggedRequest {
    switch format {
    case .combined: try CombinedLogLine.parse(line)
    case .json: try JSONLogLine.parse(line, used: &usedKeys)
    case .alb: try LoadBalancerLogLine.parse(line)
    }
  }

  private mutating func add(_ request: LoggedRequest) {
    perSecond[request.second, default: 0] += 1
    let parts = request.target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    let (shape, numbers) = PathShape.of(parts[0])
    let key = RouteTally.Key(method: request.method, shape: shape)
    if routes[key] == nil, routes.count >= Self.mostRoutes { forgetSingleRoutes() }
    guard routes[key] != nil || routes.count < Self.mostRoutes else {
      unrouted += 1
      return
    }
    routes[key, default: RouteTally()].add(
      query: parts.count > 1 ? String(parts[1]) : "", numbers: numbers, status: request.status)
  }

  private mutating func forgetSingleRoutes() {
    let before = routes.count
    routes = routes.filter { $0.value.count > 1 }
    unrouted += before - routes.count
  }
}
