package import Expectations
import KubernetesObjects
import RunTimeline
import Units

/// JUnit XML for CI systems: one test suite per run, one test case per expectation.
///
/// A failed expectation is a `failure`. An inconclusive one is `skipped`, the only state between the two that CI tools
/// show, with the reason as its message; its property `verdict` says `inconclusive`, and the suite counts how many. Where it
/// is the generator or the observer that failed, it is an `error`, and so is a run that failed or that a stop rule ended, as
/// a case of its own: a run that cannot be trusted is never green.
/// A suite is given the wall time of the run, a case that of the stretch that was judged.
package enum JUnitReport {
  package static func render(
    _ run: RunAnalysis, _ judgements: [Judgement], by profile: JudgedProfile = JudgedProfile()
  ) -> String {
    let timeline = run.timeline
    let headline = Headline(timeline, judgements, by: profile)
    let failures = judgements.filter { $0.verdict == .fail }.count
    let inconclusive = judgements.filter { $0.verdict == .inconclusive }.count
    let untrusted = judgements.filter(isError).count
    let broken = brokenRun(timeline, headline)
    let tests = judgements.count + (broken == nil ? 0 : 1)
    let errors = untrusted + (broken == nil ? 0 : 1)
    let time = timeline.wallSeconds(timeline.lastInstant).fixed(3)
    let counts: HTML = """
      tests="\(tests)" failures="\(failures)" errors="\(errors)" skipped="\(inconclusive - untrusted)"
      """
    let cases = judgements.map { testcase($0, timeline) } + [broken ?? .empty]
    let document: HTML = """
      <?xml version="1.0" encoding="UTF-8"?>
      <testsuites name="scaleproof" \(counts) time="\(time)">
        <testsuite name="\(timeline.run.name)" \(counts) time="\(time)" timestamp="\(timestamp(timeline))">
          <properties>
      \(properties(timeline, headline, inconclusive: inconclusive))    </properties>
      \(cases)\(systemError(headline))  </testsuite>
      </testsuites>

      """
    return document.markup
  }

  /// ISO 8601 without a zone, in UTC, as the schema of JUnit wants it.
  private static func timestamp(_ timeline: Timeline) -> String {
    String(timeline.run.startedAt.description.prefix(19))
  }

  private static func properties(_ timeline: Timeline, _ headline: Headline, inconclusive: Int) -> HTML {
    var values: [(String, String)] = [
      ("verdict", headline.verdict?.rawValue ?? "none"),
      ("inconclusive", String(inconclusive)),
      ("scaleproof.version", timeline.run.toolVersion),
      ("end", timeline.run.endedAt == nil ? "none" : timeline.run.endReason?.rawValue ?? "unknown"),
      ("timeScale", timeline.run.timeScale.coordinate),
    ]
    if let cluster = timeline.run.cluster {
      values.append(("cluster", cluster.context))
      let workloads = cluster.workloads.all.map { "\(cluster.namespace)/\($0.reference.text)" }
      values.append(("workload", workloads.joined(separator: ", ")))
    }
    if let sentence = headline.severalInferences { values.append(("severalInferences", sentence)) }
    return values.map { name, value -> HTML in "      <property name=\"\(name)\" value=\"\(value)\"/>\n" }.joined()
  }

  private static func isError(_ judgement: Judgement) -> Bool {
    judgement.verdict == .inconclusive && judgement.isUntrusted
  }

  /// The case of a run that failed, or that a stop rule ended; `nil` for any other.
  private static func brokenRun(_ timeline: Timeline, _ headline: Headline) -> HTML? {
    guard let reason = timeline.run.endReason, reason == .failed || reason == .aborted else { return nil }
    return """
          <testcase name="the run itself" classname="\(timeline.run.name).run" \
      time="\(timeline.wallSeconds(timeline.lastInstant).fixed(3))">
            <error message="\(headline.incomplete ?? reason.rawValue)" type="\(reason.rawValue)"/>
          </testcase>

      """
  }

  private static func testcase(_ judgement: Judgement, _ timeline: Timeline) -> HTML {
    let length = judgement.window.map { max($0.latest - $0.earliest, .zero) } ?? .zero
    let evidence = judgement.evidence.map { fact in
      fact.at.map { "\($0.clock): \(fact.text)" } ?? fact.text
    }
    let details = (["expected: \(judgement.expected)", "found: \(judgement.findingWithReason)"] + evidence)
      .joined(separator: "\n")
    let outcome: HTML =
      switch judgement.verdict {
      case .pass: "      <system-out>\(details)</system-out>\n"
      case .fail:
        "      <failure message=\"\(judgement.finding)\" type=\"\(judgement.kind)\">\(details)</failure>\n"
      case .inconclusive where judgement.isUntrusted:
        """
              <error message="not to be trusted: \(judgement.reason ?? judgement.finding)" type="\(judgement.kind)">\(details)</error>

        """
      case .inconclusive:
        """
              <skipped message="inconclusive: \(judgement.reason ?? judgement.finding)"/>
              <system-out>\(details)</system-out>

        """
      }
    return """
          <testcase name="\(judgement.name)" classname="\(timeline.run.name).\(judgement.kind)" \
      time="\(timeline.wallSeconds(length).fixed(3))">
            <properties>
      \(properties(judgement))      </properties>
      \(outcome)    </testcase>

      """
  }

  /// The verdict, and each figure with what was asked of it.
  private static func properties(_ judgement: Judgement) -> HTML {
    var values = [("verdict", judgement.verdict.rawValue)]
    for measurement in judgement.measurements {
      let text = MeasurementText(measurement)
      values.append((measurement.name, text.value))
      if let limit = text.limit { values.append(("\(measurement.name).limit", limit)) }
    }
    return values.map { name, value -> HTML in "        <property name=\"\(name)\" value=\"\(value)\"/>\n" }.joined()
  }

  private static func systemError(_ headline: Headline) -> HTML {
    headline.incomplete.map { "    <system-err>\($0)</system-err>\n" } ?? .empty
  }
}
