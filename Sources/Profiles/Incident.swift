/// What a profile shows that something goes wrong in: what a person sees, the verdicts that follow, and what makes it right.
package struct Incident: Sendable, Equatable {
  /// A verdict that an expectation has to come to.
  package enum Verdict: String, Sendable, CaseIterable {
    case pass, fail, inconclusive
  }

  package struct Fix: Sendable, Equatable {
    /// Why it helps.
    package var because: String
    /// `PATH=VALUE`, each, as `--set` takes it.
    package var changes: [String]
  }

  /// In a few sentences.
  package var seen: String
  /// By the name of an expectation; those that are not named pass. With the fix, all do.
  package var verdicts: [String: Verdict]
  package var fix: Fix
}

extension Incident {
  /// - Parameter expectations: the names of all; `nil` where they are not known.
  init?(_ field: Field, expectations: [String]?) {
    guard let members = field.members(known: ["seen", "verdicts", "fix"]) else { return nil }
    let seen = members.required("seen", example: "\"Each release doubles the replicas.\"")?
      .filledText(example: "seen: Each release doubles the replicas.")
    var verdicts: [String: Verdict] = [:]
    if let named = members.required("verdicts", example: "{stays at three: fail}") {
      for (name, entry) in named.entries() ?? [] {
        if let expectations, !expectations.contains(name) {
          entry.report("there is no expectation \"\(name)\"", hint: Field.hint(for: name, among: expectations))
        }
        verdicts[name] = entry.choice()
      }
      if named.node.entries?.isEmpty ?? false {
        named.report("nothing goes wrong", hint: "name an expectation that fails, as in {stays at three: fail}")
      }
    }
    guard
      let fix = members.required("fix", example: "{because: \"…\", set: [\"PATH=VALUE\"]}")?.members(known: [
        "because", "set",
      ])
    else { return nil }
    let because = fix.required("because", example: "\"it waits longer\"")?.filledText(
      example: "because: it waits longer")
    let changes = fix.required("set", example: "[\"manifests.hpa.spec.maxReplicas=20\"]")?.elements()?.compactMap {
      element in
      element.text().map { text -> String in
        if !text.contains("=") {
          element.report("\"\(text)\" changes nothing", hint: "write PATH=VALUE, as --set takes it")
        }
        return text
      }
    }
    guard let seen, let because, let changes else { return nil }
    self.init(seen: seen, verdicts: verdicts, fix: Fix(because: because, changes: changes))
  }
}
