import Expectations
import RunTimeline
import Testing
import Units

@Suite("Why nothing can be said of an autoscaler")
struct MissingAutoscalerTests {
  private static let asked = ["hpaConformance: {}", "withinCorridor: {}"]

  private func run(_ observations: [Observation] = []) -> TimelineBuilder {
    var run = TimelineBuilder()
    run.deployment(sent: 0, received: 0, wanted: 3)
    run.unchanged(sent: 1140, received: 1140)
    run.observations += observations
    return run
  }

  private func about(_ kind: Observation.Kind, _ message: String? = nil) -> Observation {
    Observation(
      sent: .zero, received: .seconds(1), resource: "horizontalpodautoscalers", kind: kind, message: message)
  }

  @Test("what was named and not seen is told by its cause, and nobody is asked to name it again", arguments: asked)
  func named(text: String) throws {
    let forbidden = run([about(.gap, "403: horizontalpodautoscalers is forbidden")]).timeline
    let absent = run([about(.list)]).timeline
    let unlisted = run().timeline

    let reasons = try [forbidden, absent, unlisted].map { try judge("{name: e, \(text)}", on: $0).reason }

    let seen = "nothing was seen of HorizontalPodAutoscaler web"
    #expect(
      reasons == [
        "\(seen): 403: horizontalpodautoscalers is forbidden", "\(seen): no list shows it, so that it was not there",
        "\(seen): it was never listed",
      ])
  }

  @Test("a run whose profile names none says so, and an imported log that shows none says that", arguments: asked)
  func unnamed(text: String) throws {
    var watched = run().timeline
    watched.run.cluster?.autoscaler = nil
    var imported = watched
    imported.run.environment[RunDescription.importSource] = "incident.jsonl"

    #expect(
      try judge("{name: e, \(text)}", on: watched).reason
        == "no autoscaler was watched: the profile of the run names none, as cluster: {hpa: NAME}")
    #expect(
      try judge("{name: e, \(text)}", on: imported).reason
        == "the watch log that was imported shows no HorizontalPodAutoscaler")
  }
}
