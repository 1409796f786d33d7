/// Reads an access log line by line, and keeps what a profile is made of: requests per second, and requests per route.
///
/// Memory grows with the seconds and the routes of the log, not with its lines.
package struct AccessLogReading: Sendable {
  /// Routes that are told apart while reading; beyond, those that were seen only once give way.
  static let mostRoutes = 20_000
  /// Lines at the beginning of which one has to be of a known format.
  private static let linesToDetect = 100

  /// `nil` until a line was recognised.
  package private(set) var format: AccessLogFormat?
  /// Whether no word of the log is to be told.
  private let anonymised: Bool
  private var container = ContainerLog()
  private var columns = ColumnOrder()
  private var misplaced = BrokenLines()
  private var leftOut: [LeftOutCause: Int] = [:]
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

  /// - Parameters:
  ///   - format: `nil` recognises it.
  ///   - anonymised: whether reasons and problems are told without a word of the log.
  package init(format: AccessLogFormat? = nil, anonymised: Bool = false) {
    self.format = format
    self.anonymised = anonymised
  }

  /// Takes the next line, without its line break. Blank ones are passed over.
  ///
  /// - Throws: ``TrafficProblem`` when the format is not recognised, or is known not to be one object a line.
  package mutating func add(line text: Substring) throws(TrafficProblem) {
    lines += 1
    let line = text.last == "\r" ? text.dropLast() : text
    guard let line = container.unwrap(line) else { return }
    try addUnwrapped(line)
  }

  private mutating func addUnwrapped(_ line: Substring) throws(TrafficProblem) {
    guard line.contains(where: { $0 != " " && $0 != "\t" }) else { return }
    if firstLine.isEmpty {
      firstLine = String(line.prefix(200))
      try refuseOtherJSON(line)
    }
    if format == nil { format = AccessLogFormat(detecting: line) }
    guard let format else {
      broken.add(line: lines, reason: "the line is of no known format")
      if broken.count >= Self.linesToDetect { throw unknownFormat }
      return
    }
    do throws(LogLineProblem) {
      add(try parse(line, format))
    } catch {
      let reason = error.text(anonymised: anonymised)
      switch error.kind {
      case .broken: broken.add(line: lines, reason: reason)
      case .misplaced:
        broken.add(line: lines, reason: reason)
        misplaced.add(line: lines, reason: reason)
      case .leftOut(let cause):
        unreplayable.add(line: lines, reason: reason)
        leftOut[cause, default: 0] += 1
      }
    }
  }

  /// A line that is too long to be one.
  ///
  /// - Parameter beginning: the first characters of it.
  /// - Throws: ``TrafficProblem`` when that is since the whole log is one line of JSON.
  package mutating func addOverlong(_ reason: String, beginning: Substring) throws(TrafficProblem) {
    lines += 1
    if firstLine.isEmpty {
      firstLine = String(beginning.prefix(200))
      try refuseOtherJSON(beginning)
    }
    broken.add(line: lines, reason: reason)
  }

  /// Refuses JSON that is not one object a line, as exports and `jq` without `-c` write it.
  private func refuseOtherJSON(_ line: Substring) throws(TrafficProblem) {
    guard format == nil || format == .json else { return }
    func refuse(_ problem: String, _ command: String) -> TrafficProblem {
      TrafficProblem("\(problem); this reads it: jq \(command) LOG | scaleproof import --access-log -", line: lines)
    }
    switch line.filter({ $0 != " " && $0 != "\t" }).prefix(2) {
    case "[", "[{": throw refuse("the log is one JSON array, and not one object a line", "-c '.[]'")
    case "[\"": throw refuse("the log is one JSON array of texts, and not one line each", "-r '.[]'")
    case "[[", "[]":
      throw TrafficProblem(
        "the log is one JSON array, and not one object a line with a time and a request in each", line: lines)
    case "{": throw refuse("its JSON objects go over several lines", "-c .")
    default: return
    }
  }

  /// What the log says.
  ///
  /// - Throws: ``TrafficProblem`` for a log without requests, with more broken lines than others, or over a time that no
  ///   run can take.
  package mutating func traffic() throws(TrafficProblem) -> Traffic {
    for line in container.rest() { try addUnwrapped(line) }
    let requests = perSecond.values.reduce(0, +)
    guard requests + unreplayable.count + broken.count > 0 else { throw TrafficProblem("the log is empty") }
    guard let format else { throw unknownFormat }
    let understood = requests + unreplayable.count
    try refuseOtherColumns(requests: requests)
    if broken.count > understood, let (line, reason) = broken.first.first {
      throw TrafficProblem(
        "\(broken.count) of \(broken.count + understood) lines are not \(format.name); line \(line): \(reason); if the format is "
          + "another one, name it with --format", line: line)
    }
    guard let first = perSecond.keys.min(), let last = perSecond.keys.max() else {
      throw TrafficProblem(
        "none of its \(unreplayable.count) lines is a request that a profile can send: "
          + LeftOutCause.allCases.compactMap { cause in leftOut[cause].map(cause.counted) }.joined(separator: ", ")
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
      unrouted: unrouted, broken: broken, unreplayable: unreplayable, leftOut: leftOut, keys: usedKeys.sorted(),
      wrappings: container.found)
  }

  /// Refuses a log whose columns stand in another order, which would be misread without a sign of it.
  private func refuseOtherColumns(requests: Int) throws(TrafficProblem) {
    let advice = "the order that is read is \(CombinedLogLine.order); put the columns so, or write JSON lines"
    guard format == .combined else { return }
    let lines = requests + unreplayable.count + broken.count
    if let (line, reason) = misplaced.first.first, misplaced.count * 20 > lines {
      throw TrafficProblem(
        "\(misplaced.count) of \(lines) lines have another order; line \(line): \(reason); \(advice)", line: line)
    }
    if columns.isOther {
      throw TrafficProblem(
        "the column after the request is no usual HTTP status in \(columns.suspicious) of \(columns.all) lines; \(advice)"
      )
    }
    let notHTTP = leftOut[.notHTTP] ?? 0
    if notHTTP > requests {
      throw TrafficProblem(
        "the first column in quotes after the time is no HTTP request in \(notHTTP) of \(requests + unreplayable.count) "
          + "lines; \(advice)", line: unreplayable.first.first?.line)
    }
  }

  private var unknownFormat: TrafficProblem {
    TrafficProblem(
      "the format is not recognised\(anonymised ? "" : ": \"\(firstLine)\""); known are nginx combined, JSON lines and AWS "
        + "ALB; a time and a request are needed", line: 1)
  }

  private mutating func parse(_ line: Substring, _ format: AccessLogFormat) throws(LogLineProblem) -> LoggedRequest {
    switch format {
    case .combined: try CombinedLogLine.parse(line, columns: &columns)
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
