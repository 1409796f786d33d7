import AutoscalerModel
import Foundation
import KubernetesObjects

/// Writes a profile with what is known, assumed and left out in comments.
struct ProfileText {
  let request: ProfileRequest
  let target: DiscoveredTarget?
  let figures: ProbeFigures
  let version: KubernetesVersion
  let timing: Timing?
  let cpu: CPUTarget?
  let test: PlannedTest

  private static let width = 116

  var text: String {
    let parts = [head, targetLines, clusterLines, requestLines, loadLines, actionLines, expectationLines]
    return parts.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }.joined(separator: "\n\n") + "\n"
  }

  // MARK: The head

  private var head: [String] {
    var lines = ["# Written by scaleproof init on \(request.day) for \(target?.reference.text ?? request.url)."]
    if let target { lines += Self.comment("\(target.way).") }
    lines.append("#")
    lines += fact("Probed", probed)
    lines += fact("CPU", cpuWords)
    if target?.autoscaler != nil, let cpu {
      let capacity = cpu.limit == nil ? "twice what it requests, since it has no limit" : "its limit"
      lines += fact("Target", "\(cpu.words) a pod, which may use \(Figure.milli(cpu.capacity)) (\(capacity))")
    }
    if let timing {
      if target?.autoscaler != nil {
        lines += fact(
          "Metrics",
          timing.isMeasured
            ? "measured over \(Figure.duration(timing.window)), every \(Figure.duration(timing.resolution))"
            : "ASSUMED to be measured over \(Figure.duration(timing.window)), every \(Figure.duration(timing.resolution))"
        )
        lines += fact(
          "Assumed",
          "flags of the controller manager as they are by default: sync every 15s, tolerance 10 %, downscale window 5m")
      }
      lines += fact("Pods", timing.podWords)
    }
    if !request.findings.isEmpty {
      lines += fact("Odd", request.findings.joined(separator: ", ") + ": scaleproof doctor says why")
    }
    for omission in test.omissions { lines += fact("Left out", omission) }
    return lines + ["apiVersion: scaleproof/v1", "kind: Profile", "metadata: {name: \(request.name)}"]
  }

  private var probed: String {
    guard let answers = figures.answers else { return "nothing" }
    var words =
      "GET \(request.path), \(answers.requests) requests in \(Figure.duration(answers.length)) at up to "
      + "\(Figure.text(answers.rate))/s: \(answers.failed == 0 ? "none" : "\(answers.failed)") failed"
    if let median = answers.median, let high = answers.high {
      words += ", p50 \(Figure.text(median * 1000)) ms, p99 \(Figure.text(high * 1000)) ms"
    }
    return words
  }

  private var cpuWords: String {
    guard let cost = figures.cost else { return target == nil ? "" : figures.costSource }
    let idle = figures.idle.map { "; without our requests all pods use \(Figure.milli($0))" } ?? ""
    return "\(Figure.text(cost.best)) ms a request (\(cost.boundsText)), \(figures.costSource)\(idle)"
  }

  private func fact(_ title: String, _ words: String) -> [String] {
    guard !words.isEmpty else { return [] }
    let wrapped = Self.wrapped(words, width: Self.width - 12)
    return wrapped.enumerated().map { index, line in
      "# " + (index == 0 ? title : "").padding(toLength: 9, withPad: " ", startingAt: 0) + " " + line
    }
  }

  private static func comment(_ words: String, indent: String = "") -> [String] {
    wrapped(words, width: width - indent.count - 2).map { "\(indent)# \($0)" }
  }

  private static func wrapped(_ words: String, width: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in words.split(whereSeparator: \.isWhitespace) {
      if !line.isEmpty, line.count + 1 + word.count > width {
        lines.append(line)
        line = ""
      }
      line += (line.isEmpty ? "" : " ") + word
    }
    return line.isEmpty ? lines : lines + [line]
  }

  // MARK: The parts

  static func targetLines(of request: ProfileRequest) -> [String] {
    var lines = ["target:", "  url: \(scalar(request.url))"]
    if let address = request.connectTo { lines.append("  connectTo: \(scalar(address))") }
    if let authority = request.authority { lines.append("  tls: {ca: \(scalar(authority))}") }
    if !request.verifiesCertificate { lines.append("  tls: {verify: false}") }
    return lines + ["  timeouts: {request: 5s}"]
  }

  private var targetLines: [String] {
    var lines = Self.targetLines(of: request)
    let rate = test.phases.map(\.rate.perSecond).max() ?? 0
    if rate * 5 > 1000 {
      lines.append("  # \(Figure.text(rate, digits: 5))/s, each of up to 5 s.")
      lines.append("  connections: {maxInFlight: \(Int((rate * 5).rounded(.up)))}")
    }
    return lines
  }

  private var clusterLines: [String] {
    guard let target, let place = request.place else { return [] }
    var lines = ["cluster:"]
    switch place {
    case .context(let name): if let name { lines.append("  context: \(Self.scalar(name))") }
    case .manifests(let paths, let scale):
      lines.append("  simulated:")
      lines.append("    manifests: [\(paths.map(Self.scalar).joined(separator: ", "))]")
      if scale != 1 { lines.append("    timeScale: \(Figure.text(scale, digits: 6))") }
    }
    lines.append("  namespace: \(Self.scalar(target.namespace))")
    lines.append("  workload: \(Self.scalar(target.reference.text))")
    if let name = target.autoscaler?.metadata.name { lines.append("  hpa: \(Self.scalar(name))") }
    return lines
  }

  private var requestLines: [String] {
    [
      "# What was probed. Name your own requests here; where they cost other CPU, the rates below have to follow.",
      "requests:", "  - {name: probed, path: \(Self.scalar(request.path))}",
    ]
  }

  private var loadLines: [String] {
    var lines = ["load:", "  phases:"]
    for phase in test.phases {
      lines += phase.comments.flatMap { Self.comment($0, indent: "    ") }
      lines.append("    - {name: \(phase.name), for: \(Figure.duration(phase.length)), rate: \(phase.rate.text)}")
    }
    return lines
  }

  private var actionLines: [String] {
    guard let action = test.action else { return [] }
    return ["actions:"] + action.comments.flatMap { Self.comment($0, indent: "  ") } + [
      "  - {name: restart, at: \(action.moment), rollout: {restart: true}}"
    ]
  }

  private var expectationLines: [String] {
    var lines = ["expectations:"]
    for expectation in test.expectations {
      lines += Self.comment(expectation.comments.joined(separator: " "), indent: "  ")
      lines.append("  - {name: \(Self.name(expectation.name)), \(expectation.kind)}")
    }
    return lines
  }

  private static func name(_ words: String) -> String { words.contains(",") ? "\"\(words)\"" : words }

  /// A text that YAML takes for one, also within braces.
  static func scalar(_ text: String) -> String {
    let isPlain =
      !text.isEmpty && text.first?.isLetter == true
      && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_./".contains($0)) }
      && !["true", "false", "null", "yes", "no", "on", "off", "y", "n"].contains(text.lowercased())
    guard !isPlain else { return text }
    var quoted = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\", "\"": quoted += "\\\(scalar)"
      case _ where scalar.value < 0x20 || scalar.value == 0x7f: quoted += String(format: "\\u%04x", scalar.value)
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return "\"\(quoted)\""
  }
}
