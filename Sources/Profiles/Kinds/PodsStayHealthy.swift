extension Expectation {
  /// Pods neither end nor lose their readiness, more often than is allowed.
  package struct PodsStayHealthy: ExpectationKind {
    package var during: Window
    /// How many ends of containers are allowed, of all pods together.
    package var restarts: Int
    /// How many losses of readiness are allowed, of all pods together.
    package var readinessLosses: Int
  }
}

extension Expectation.PodsStayHealthy {
  package static let name = Expectation.KindName.podsStayHealthy
  package static let summary = "No container ends and no pod loses its readiness."
  package static let example = "{during: surge}"
  package static let subject = Expectation.Subject.workload

  private static let during = KindField<Window>.during.inOnePiece().required(example: "surge")
  private static let restarts = KindField.wholeNumber(
    "restarts", "How many ends of containers are allowed, of all pods together."
  ).byDefault(0, "0")
  private static let readinessLosses = KindField.wholeNumber(
    "readinessLosses", "How many losses of readiness are allowed, of all pods together."
  ).byDefault(0, "0")
  package static let fields = [during.declaration, restarts.declaration, readinessLosses.declaration]

  package init?(_ body: KindBody) {
    let during = body.read(Self.during)
    let restarts = body.read(Self.restarts)
    let readinessLosses = body.read(Self.readinessLosses)
    guard let during, let restarts, let readinessLosses else { return nil }
    self.init(during: during, restarts: restarts, readinessLosses: readinessLosses)
  }

  package var kind: Expectation.Kind { .podsStayHealthy(self) }
  package var scope: Expectation.Scope { .window(during) }

  package var sentence: String {
    let restarts = restarts == 0 ? "no restart" : "at most \(restarts) restart\(restarts == 1 ? "" : "s")"
    let losses = readinessLosses == 0 ? "no loss" : "at most \(readinessLosses) loss\(readinessLosses == 1 ? "" : "es")"
    return "\(restarts) and \(losses) of readiness of pods during \(during)"
  }
}
