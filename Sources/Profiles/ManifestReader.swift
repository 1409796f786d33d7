package import KubernetesObjects

/// Reads manifests as `kubectl apply` does: all documents of a file, and the items of a `List`.
package enum ManifestReader {
  /// Reads the text of one file.
  ///
  /// - Throws: ``ProfileProblems`` for text that is no YAML, and for documents that are no objects of Kubernetes.
  package static func read(text: String, source: String) throws(ProfileProblems) -> [Manifest] {
    let documents: [YAMLNode]
    do {
      documents = try YAMLNode.documents(of: text, source: source)
    } catch {
      throw ProfileProblems([error])
    }
    let problems = ProblemCollector()
    let manifests = documents.filter { !$0.isNull }.flatMap {
      objects(Field(node: $0, path: "", problems: problems), source: source)
    }
    guard problems.problems.isEmpty else { throw ProfileProblems(problems.sorted) }
    return manifests
  }

  /// The documents of a text as they are, whatever they hold, without those that are empty.
  package static func documents(text: String, source: String) throws(ProfileProblems) -> [JSONValue] {
    do {
      return try YAMLNode.documents(of: text, source: source).filter { !$0.isNull }.map(\.json)
    } catch {
      throw ProfileProblems([error])
    }
  }

  private static func objects(_ field: Field, source: String) -> [Manifest] {
    guard field.node.entries != nil else {
      field.report("this should be an object of Kubernetes, not \(field.node.kindInWords)")
      return []
    }
    for key in ["apiVersion", "kind"] where field.node[key]?.scalar?.isEmpty ?? true {
      field.report(
        "the key \"\(key)\" is missing", hint: "every object of Kubernetes has apiVersion, kind and metadata")
    }
    if field.node["kind"]?.scalar?.hasSuffix("List") == true, let items = field.node["items"]?.elements {
      return items.enumerated().flatMap { index, item in
        objects(Field(node: item, path: "items[\(index)]", problems: field.problems), source: source)
      }
    }
    let name = field.node["metadata"]?["name"] ?? field.node["metadata"]?["generateName"]
    if name?.scalar?.isEmpty ?? true {
      field.report("the key \"metadata.name\" is missing", hint: "write it as in metadata: {name: my-app}")
    }
    let line = field.node.place.line.map { "\(source):\($0)" } ?? source
    return [Manifest(source: line, written: field.node)]
  }
}

extension YAMLNode {
  /// The value as JSON, read by the rules of `kubectl apply`.
  var json: JSONValue {
    switch content {
    case .scalar(let text, plain: false): .string(text)
    case .scalar(let text, plain: true):
      switch PlainScalar(text) {
      case .null: .null
      case .bool(let value): .bool(value)
      case .integer(let value): .integer(value)
      case .number(let value): value.isFinite ? .number(value) : .string(text)
      case .text: .string(text)
      }
    case .sequence(let elements): .array(elements.map(\.json))
    case .mapping(let entries):
      .object(Dictionary(entries.map { ($0.key, $0.value.json) }, uniquingKeysWith: { $1 }))
    }
  }
}
