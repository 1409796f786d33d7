extension Expectation {
  /// So many ready endpoints are always there for the Ingress to send to.
  package struct EndpointsFloor: ExpectationKind {
    package var during: Window
    package var atLeast: Int
    /// The Service; `nil` for each that sends to the workload's pods.
    package var service: String?
  }
}

extension Expectation.EndpointsFloor {
  package static let name = Expectation.KindName.endpointsFloor
  package static let summary = "The Service always has so many ready endpoints."
  package static let example = "{during: release, atLeast: 2}"
  package static let subject = Expectation.Subject.workload

  private static let during = KindField<Window>.during.inOnePiece().required(example: "release")
  private static let atLeast = KindField.wholeNumber(
    "atLeast", atLeast: 1, "The fewest ready endpoints that suffice; at least 1."
  ).required(example: "2")
  private static let service = KindField<String>(
    "service", .service, "The name of the Service, where several send to the workload's pods."
  ) { field, _ in field.objectName() }
  package static let fields = [during.declaration, atLeast.declaration, service.declaration]

  package init?(_ body: KindBody) {
    let during = body.read(Self.during)
    let atLeast = body.read(Self.atLeast)
    let service = body.read(Self.service)
    guard let during, let atLeast, service != nil || !body.has(Self.service) else { return nil }
    self.init(during: during, atLeast: atLeast, service: service)
  }

  package var kind: Expectation.Kind { .endpointsFloor(self) }
  package var scope: Expectation.Scope { .window(during) }

  package var sentence: String {
    let endpoints = "at least \(atLeast) ready endpoint\(atLeast == 1 ? "" : "s")"
    return endpoints + (service.map { " of Service \($0)" } ?? "") + " during \(during)"
  }
}
