import Arrivals
import KubernetesObjects
import RunTimeline
import Testing

@testable import Expectations

@Suite("Which specs of an autoscaler may have been in force")
struct SpecsInForceTests {
  private typealias Version = ObjectVersion<HorizontalPodAutoscaler>

  /// A recording of versions one after the other, at seconds that overlap somewhat, some of them deletions.
  private static func versions(_ random: inout SplitMix64) throws -> [Version] {
    var time = 0
    var maximum = 10
    var replicas = 3
    return try (0..<Int.random(in: 1...12, using: &random)).map { _ in
      if Int.random(in: 0..<4, using: &random) == 0 { maximum = Int.random(in: 10...12, using: &random) }
      if Bool.random(using: &random) { replicas = Int.random(in: 1...9, using: &random) }
      let object: JSONValue = [
        "metadata": ["name": "web"],
        "spec": [
          "maxReplicas": .integer(Int64(maximum)),
          "scaleTargetRef": ["apiVersion": "apps/v1", "kind": "Deployment", "name": "web"],
        ],
        "status": ["currentReplicas": .integer(Int64(replicas)), "desiredReplicas": .integer(Int64(replicas))],
      ]
      let width = Int.random(in: 0...15, using: &random)
      time += Int.random(in: 1...20, using: &random)
      return Version(
        at: InstantBounds(.seconds(time - width), .seconds(time)), object: try object.decoded(),
        deleted: Int.random(in: 0..<8, using: &random) == 0)
    }
  }

  /// The rule itself, version by version.
  private static func maxima(_ versions: [Version], until lastInstant: Duration, at instant: InstantBounds) -> [Int] {
    var maxima: [Int] = []
    for (index, version) in versions.enumerated() where !version.deleted {
      let end = index + 1 < versions.count ? versions[index + 1].at.latest : lastInstant
      let isLate = index > 0 && versions[index - 1].object.status != version.object.status
      let start = isLate ? versions[index - 1].at.earliest : version.at.earliest
      let isInForce = start <= instant.latest && end + .seconds(1) >= instant.earliest
      let maximum = version.object.spec.maxReplicas
      if isInForce || (index == 0 && instant.latest <= version.at.earliest), !maxima.contains(maximum) {
        maxima.append(maximum)
      }
    }
    return maxima
  }

  @Test("Put together by spec, the versions say what they say one by one", arguments: 0..<100)
  func together(seed: Int) throws {
    var random = SplitMix64(seed: UInt64(seed))
    let versions = try Self.versions(&random)
    let end = (versions.last?.at.latest ?? .zero) + .seconds(10)
    let specs = SpecsInForce(versions, until: end)
    for second in -20...(Int(end.components.seconds) + 5) {
      let instant = InstantBounds(.seconds(second), .seconds(second + Int.random(in: 0...10, using: &random)))
      let expected = Self.maxima(versions, until: end, at: instant)
      #expect(specs.specs(at: instant).map(\.maxReplicas) == expected, "at \(second) s")
    }
  }
}
