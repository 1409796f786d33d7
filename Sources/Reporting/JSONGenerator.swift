import LoadFacts
import RunTimeline
import Units

/// The load generator's own state for programs: the member `generator` of a report.
enum JSONGenerator {
  static func text(_ timeline: Timeline) -> OrderedJSON {
    let health = GeneratorHealth(timeline)
    return .object([
      ("worstLatenessP99", .milliseconds(health.worstLatenessP99)),
      ("worstMachineLatenessP99", .milliseconds(health.hasSamples ? health.worstOwnLatenessP99 : nil)),
      ("longestPause", .milliseconds(health.longestPause)),
      ("targetNote", .optional(health.targetNote) { .string($0) }),
      ("worstLateness", .milliseconds(health.worstLateness)),
      ("highestWorkerCPU", .optional(health.highestWorkerCPU) { .number($0) }),
      ("highestProcessCPU", .optional(health.highestProcessCPU) { .number($0) }),
      ("longestRunQueueDelay", .optional(health.longestRunQueueDelay) { .number($0) }),
      ("highestSteal", .optional(health.highestSteal) { .number($0) }),
      ("connectionsOpened", .integer(health.connectionsOpened)),
      ("mostConnections", .optional(health.mostConnections) { .integer($0) }),
      ("mostPortsUsed", .optional(health.mostPortsUsed) { .integer($0) }),
      ("ports", .optional(health.ports) { .integer($0) }),
      ("warnings", .array(health.warnings.map { .string($0) })),
      ("saturated", .array(SaturatedStretch.stretches(timeline).map(stretch))),
      ("columns", .row(columns.map { .string($0) })),
      ("rows", .array(timeline.generator.map(row))),
    ])
  }

  private static func stretch(_ stretch: SaturatedStretch) -> OrderedJSON {
    .record([
      ("from", .seconds(stretch.from)), ("to", .seconds(stretch.to)), ("dropped", .integer(stretch.dropped)),
      ("late", .integer(stretch.late)), ("latenessP99", .milliseconds(stretch.latenessP99)),
      ("causes", .row(stretch.causes.map { .string($0) })),
    ])
  }

  private static let columns = [
    "start", "end", "latenessP50", "latenessP99", "latenessMax", "processCPU", "workerCPU", "runQueueDelay", "steal",
    "inFlight", "queued", "connectionsOpened", "openConnections", "portsUsed", "machineLatenessP99", "longestPause",
    "places", "placesHeldSince",
  ]

  private static func row(_ sample: GeneratorSample) -> OrderedJSON {
    .row([
      .seconds(sample.start), .seconds(sample.end), .milliseconds(WallTime(sample.latenessP50)),
      .milliseconds(WallTime(sample.latenessP99)), .milliseconds(WallTime(sample.latenessMax)),
      .number(sample.processCPU),
      .number(sample.busiestWorkerCPU), .optional(sample.runQueueDelay) { .number($0) },
      .optional(sample.steal) { .number($0) }, .integer(sample.inFlight), .integer(sample.queued),
      .integer(sample.connectionsOpened), .optional(sample.openConnections) { .integer($0) },
      .optional(sample.ephemeralPortsUsed) { .integer($0) },
      .milliseconds(sample.machineLatenessP99.map(WallTime.init)),
      .milliseconds(sample.longestPause.map(WallTime.init)), .optional(sample.places) { .integer($0) },
      .optional(sample.placesHeldSince, OrderedJSON.seconds),
    ])
  }
}
