import Expectations
import Units

/// A sweep for programs.
package enum SweepJSON {
  package static func render(_ sweep: Sweep) -> String {
    OrderedJSON.object([
      ("profile", .string(sweep.profile)),
      ("fields", .row(sweep.fields.map(OrderedJSON.string))),
      ("expectations", .row(sweep.expectations.map(OrderedJSON.string))),
      (
        "points",
        .array(
          sweep.rows.map { row in
            .object([
              ("values", .row(row.values.map(OrderedJSON.string))), ("runs", .array(row.runs.map(Self.run))),
            ])
          })
      ),
    ]).pretty
  }

  private static func run(_ run: RunCost) -> OrderedJSON {
    .record([
      ("verdicts", .row(run.verdicts.map { .string($0.rawValue) })), ("cutShort", .bool(run.isCutShort)),
      ("requests", .integer(run.requests)),
      ("failed", .integer(run.failed)),
      ("p99Ms", .optional(run.p99) { .number($0.seconds * 1000) }),
      ("podSeconds", .optional(run.podTime) { .number($0.seconds) }),
      ("missingPodSeconds", .optional(run.missing) { .number($0.seconds) }),
      ("idlePodSeconds", .optional(run.idle) { .number($0.seconds) }),
    ])
  }
}
