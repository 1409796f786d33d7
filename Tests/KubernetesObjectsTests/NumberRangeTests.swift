import Foundation
import KubernetesObjects
import Testing

/// Objects come from recordings and files that anybody may have edited; what sums and products are made of has bounds.
@Suite("Numbers that no API server writes")
struct NumberRangeTests {
  private static let tooLong: [JSONValue] = [
    .integer(Int64(Int32.max) + 1), .integer(Int64(Int32.min) - 1), .integer(.max), .integer(.min), .number(1e19),
  ]

  @Test("A count beyond 32 bits is none: the object is refused as one that cannot be read", arguments: tooLong)
  func refused(number: JSONValue) {
    #expect(throws: DecodingError.self) { try deployment(replicas: number).decoded(as: Deployment.self) }
    #expect(throws: DecodingError.self) {
      try autoscaler(maxReplicas: number).decoded(as: HorizontalPodAutoscaler.self)
    }
    #expect(throws: DecodingError.self) { try autoscaler(window: number).decoded(as: HorizontalPodAutoscaler.self) }
    #expect(throws: DecodingError.self) { try deployment(surge: number).decoded(as: Deployment.self) }
  }

  @Test("The longest counts of 32 bits are read as they are")
  func taken() throws {
    let deployment = try deployment(replicas: .integer(Int64(Int32.max))).decoded(as: Deployment.self)

    #expect(deployment.spec.replicas == Int(Int32.max))
  }

  @Test("A grace period has 64 bits; a request to delete that would lie before all time is not known")
  func gracePeriod() throws {
    let pod: JSONValue = [
      "metadata": [
        "name": "web-1", "deletionTimestamp": "2026-11-23T10:00:00Z", "deletionGracePeriodSeconds": .integer(.max),
      ],
      "spec": ["terminationGracePeriodSeconds": .integer(.max), "containers": []],
    ]

    let decoded = try pod.decoded(as: Pod.self)

    #expect(decoded.spec.terminationGracePeriodSeconds == .max)
    #expect(decoded.metadata.deleteRequested == nil)
  }

  private func deployment(replicas: JSONValue = 3, surge: JSONValue = 1) -> JSONValue {
    [
      "metadata": ["name": "web"],
      "spec": [
        "replicas": replicas, "selector": ["matchLabels": ["app": "web"]],
        "strategy": ["rollingUpdate": ["maxSurge": surge]], "template": ["spec": ["containers": []]],
      ],
    ]
  }

  private func autoscaler(maxReplicas: JSONValue = 10, window: JSONValue = 300) -> JSONValue {
    [
      "metadata": ["name": "web"],
      "spec": [
        "scaleTargetRef": ["kind": "Deployment", "name": "web"], "maxReplicas": maxReplicas,
        "behavior": ["scaleDown": ["stabilizationWindowSeconds": window]],
      ],
    ]
  }
}
