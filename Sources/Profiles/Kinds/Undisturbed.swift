extension Expectation {
  /// Nobody but the run and the autoscaler changes the workload or its autoscaler.
  package struct Undisturbed: ExpectationKind {
    package var during: Window
    /// Who may change them too, by the names in the managed fields.
    package var writers: [String]
  }
}

extension Expectation.Undisturbed {
  package static let name = Expectation.KindName.undisturbed
  package static let summary = "Nobody but this run changes the workload or its autoscaler."
  package static let example = "{during: run, except: [keda]}"
  package static let subject = Expectation.Subject.workload

  private static let during = KindField<Window>.during.inOnePiece().byDefault(.run, "run")
  private static let writers = KindField<[String]>(
    "except", .writers, "Who may change them too, by the names in metadata.managedFields."
  ) { field, _ in names(field) }
  package static let fields = [during.declaration, writers.declaration]

  private static func names(_ field: Field) -> [String]? {
    guard let elements = field.elements(orSingle: true) else { return nil }
    if elements.isEmpty {
      field.report("nobody is named", hint: "write the names of writers, or leave the key out")
      return nil
    }
    let names = elements.map { element -> String? in
      guard let text = element.text() else { return nil }
      guard !text.isEmpty else {
        element.report("a writer has a name", hint: "kubectl get --show-managed-fields -o yaml shows them as manager")
        return nil
      }
      return text
    }
    return names.contains(nil) ? nil : names.compactMap(\.self)
  }

  package init?(_ body: KindBody) {
    let during = body.read(Self.during)
    let writers = body.read(Self.writers)
    guard let during, writers != nil || !body.has(Self.writers) else { return nil }
    self.init(during: during, writers: writers ?? [])
  }

  package var kind: Expectation.Kind { .undisturbed(self) }
  package var scope: Expectation.Scope { .window(during) }

  package var sentence: String {
    let others = writers.isEmpty ? "this run" : "this run and \(writers.joined(separator: ", "))"
    return "nobody but \(others) changes the workload or its autoscaler during \(during)"
  }
}
