/// Which labels an object must have (Kubernetes, `metav1.LabelSelector`).
package struct LabelSelector: Sendable, Equatable, Codable {
  package var matchLabels: [String: String]?
  package var matchExpressions: [Requirement]?

  package struct Requirement: Sendable, Equatable, Codable {
    package var key: String
    /// `In`, `NotIn`, `Exists` or `DoesNotExist`.
    package var `operator`: String
    package var values: [String]?

    package init(key: String, operator: String, values: [String]?) {
      self.key = key
      self.operator = `operator`
      self.values = values
    }
  }

  package init(matchLabels: [String: String]) {
    self.matchLabels = matchLabels
  }

  package init(matchExpressions: [Requirement]) {
    self.matchExpressions = matchExpressions
  }

  /// Whether the labels satisfy every requirement; an empty selector matches everything.
  ///
  /// An operator that we do not know matches nothing, so that nothing is counted by mistake.
  package func matches(_ labels: [String: String]?) -> Bool {
    let labels = labels ?? [:]
    for (key, value) in matchLabels ?? [:] where labels[key] != value { return false }
    for requirement in matchExpressions ?? [] {
      let value = labels[requirement.key]
      let values = requirement.values ?? []
      let satisfied: Bool =
        switch requirement.operator {
        case "In": value.map(values.contains) ?? false
        case "NotIn": !(value.map(values.contains) ?? false)
        case "Exists": value != nil
        case "DoesNotExist": value == nil
        default: false
        }
      if !satisfied { return false }
    }
    return true
  }

  /// Reads the text form of the API: `app=web,tier!=db,zone in (a, b),!canary,live`.
  ///
  /// `nil` when the text is not a selector (Kubernetes, apimachinery/pkg/labels/selector.go).
  package init?(text: String) {
    matchLabels = [:]
    matchExpressions = []
    for term in Self.terms(of: text) {
      guard let requirement = Self.requirement(of: term) else { return nil }
      matchExpressions?.append(requirement)
    }
  }

  private static func terms(of text: String) -> [Substring] {
    var terms: [Substring] = []
    var depth = 0
    var start = text.startIndex
    for index in text.indices {
      switch text[index] {
      case "(": depth += 1
      case ")": depth -= 1
      case "," where depth == 0:
        terms.append(text[start..<index])
        start = text.index(after: index)
      default: break
      }
    }
    terms.append(text[start...])
    return terms.filter { $0.contains { $0 != " " } }
  }

  private static func requirement(of term: Substring) -> Requirement? {
    func trimmed(_ text: some StringProtocol) -> String {
      String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
    if let open = term.firstIndex(of: "("), let close = term.lastIndex(of: ")"), open < close {
      let words = term[..<open].split(separator: " ")
      guard words.count == 2 else { return nil }
      let values = term[term.index(after: open)..<close].split(separator: ",").map(trimmed)
      switch words[1].lowercased() {
      case "in": return Requirement(key: String(words[0]), operator: "In", values: values)
      case "notin": return Requirement(key: String(words[0]), operator: "NotIn", values: values)
      default: return nil
      }
    }
    for (symbol, name) in [("!=", "NotIn"), ("==", "In"), ("=", "In")] {
      if let range = term.range(ofText: symbol) {
        let key = trimmed(term[..<range.lowerBound])
        return key.isEmpty
          ? nil : Requirement(key: key, operator: name, values: [trimmed(term[range.upperBound...])])
      }
    }
    let text = trimmed(term)
    if text.hasPrefix("!") {
      return Requirement(key: trimmed(text.dropFirst()), operator: "DoesNotExist", values: nil)
    }
    return text.contains(" ") ? nil : Requirement(key: text, operator: "Exists", values: nil)
  }
}

extension Substring {
  fileprivate func range(ofText text: String) -> Range<Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
      start = index(after: start)
    }
    return nil
  }
}
