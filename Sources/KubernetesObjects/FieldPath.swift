/// The path of a field as the API server writes it: `spec.containers[0].name`, `metadata.annotations[example.com/key]`.
package struct FieldPath: Sendable, Equatable {
  package enum Step: Sendable, Equatable {
    /// A member, `name`.
    case key(String)
    /// What stands in brackets: an index of a list, or a key of a map.
    case bracket(String)
  }

  package let steps: [Step]

  package init(_ text: String) {
    var steps: [Step] = []
    var rest = Substring(text)
    while !rest.isEmpty {
      if rest.first == ".", !steps.isEmpty { rest = rest.dropFirst() }
      if rest.first == "[", let end = rest.firstIndex(of: "]") {
        steps.append(.bracket(String(rest[rest.index(after: rest.startIndex)..<end])))
        rest = rest[rest.index(after: end)...]
        continue
      }
      let key = rest.prefix { $0 != "." && $0 != "[" }
      guard !key.isEmpty else {
        // An empty or bracketed key of a user, which no known field has: the rest is one step.
        steps.append(.key(String(rest)))
        break
      }
      steps.append(.key(String(key)))
      rest = rest.dropFirst(key.count)
    }
    self.steps = steps
  }
}
