import Expectations
import RunTimeline

@testable import Reporting

/// Reports of a timeline whose controller has default flags.
extension HTMLReport {
  static func render(_ timeline: Timeline, _ judgements: [Judgement], by profile: JudgedProfile = JudgedProfile())
    -> String
  { render(RunAnalysis(timeline), judgements, by: profile) }
}

extension JSONReport {
  static func render(_ timeline: Timeline, _ judgements: [Judgement], by profile: JudgedProfile = JudgedProfile())
    -> String
  { render(RunAnalysis(timeline), judgements, by: profile) }
}

extension JUnitReport {
  static func render(_ timeline: Timeline, _ judgements: [Judgement], by profile: JudgedProfile = JudgedProfile())
    -> String
  { render(RunAnalysis(timeline), judgements, by: profile) }
}

extension MarkdownSummary {
  static func render(_ timeline: Timeline, _ judgements: [Judgement], by profile: JudgedProfile = JudgedProfile())
    -> String
  { render(RunAnalysis(timeline), judgements, by: profile) }
}

extension TerminalTable {
  static func render(
    _ timeline: Timeline, _ judgements: [Judgement], by profile: JudgedProfile = JudgedProfile(), width: Int = 80,
    colour: Bool = false, totals: Bool = true
  ) -> String {
    render(RunAnalysis(timeline), judgements, by: profile, width: width, colour: colour, totals: totals)
  }
}
