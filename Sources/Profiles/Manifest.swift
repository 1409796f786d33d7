package import KubernetesObjects

/// One object of a manifest file, with the places of its fields.
package struct Manifest: Sendable, Equatable {
  /// `FILE:LINE` of its first line, for messages.
  package let source: String
  package internal(set) var node: JSONValue
  /// The object as it was written.
  let written: YAMLNode
  /// Fields that `--set` has changed, with the option.
  private(set) var changes: [Change] = []

  struct Change: Sendable, Equatable {
    let field: String
    let option: String
  }

  init(source: String, written: YAMLNode) {
    self.source = source
    self.written = written
    node = written.json
  }

  package var kind: String { node["kind"]?.string ?? "" }
  package var name: String { node["metadata", "name"]?.string ?? "" }

  mutating func noteChange(of field: String, by option: String) {
    changes.append(Change(field: field, option: option))
  }

  /// The place of a field, or of the nearest object around it that was written.
  ///
  /// - Parameter ofKey: whether the name of the field is meant, and not its value.
  package func place(of field: String, ofKey: Bool = false) -> FieldPlace {
    let change = changes.last {
      field == $0.field || field.hasPrefix("\($0.field).") || field.hasPrefix("\($0.field)[")
    }
    if let change { return FieldPlace(source: change.option) }
    var node = written
    var place = written.place
    let steps = FieldPath(field).steps
    for (index, step) in steps.enumerated() {
      switch step {
      case .key(let key), .bracket(let key):
        if let entry = node.entries?.first(where: { $0.key == key }) {
          place = ofKey && index == steps.count - 1 ? entry.keyPlace : entry.value.place
          // Nothing stands behind a key without a value; the key is what a reader sees.
          if entry.value.isNull { place = entry.keyPlace }
          node = entry.value
        } else if let position = Int(key),
          let element = node.elements.flatMap({ position >= 0 && position < $0.count ? $0[position] : nil })
        {
          place = element.place
          node = element
        } else {
          return FieldPlace(source: place.source, line: place.line, column: place.column)
        }
      }
    }
    return FieldPlace(source: place.source, line: place.line, column: place.column)
  }
}
