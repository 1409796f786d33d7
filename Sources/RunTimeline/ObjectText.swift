package import Foundation
package import KubernetesObjects
import Redaction

/// The text of an API object as a recording keeps it.
///
/// Everything stays as the API server wrote it, but for two parts that repeat the object itself: the lists of fields in
/// `metadata.managedFields` (manager, operation, subresource and time stay, and how many members of the data of a ConfigMap or
/// Secret are whose, without their keys, and whose `immutable` is), and the annotation in which
/// `kubectl apply` keeps a copy of the manifest; and for secrets: the values of environment variables, the data of
/// Secrets and ConfigMaps, and whatever ``SecretName`` and ``SecretText`` find in arguments, annotations, headers of
/// probes, messages and all other texts. Names, images, labels and selectors are never touched.
package enum ObjectText {
  static let lastApplied = "kubectl.kubernetes.io/last-applied-configuration"
  private static let keptOfManagedFields = ["manager", "operation", "subresource", "time"]
  /// Members whose texts name something: nothing in them is a value of a name.
  private static let names = KeySet([
    "name", "generateName", "namespace", "image", "imageID", "containerID", "uid", "kind", "apiVersion",
    "resourceVersion", "labels", "matchLabels", "nodeSelector", "selector",
  ])
  private static let data = ["data", "stringData", "binaryData"]
  /// Some keys, found by their length first, since each key of each object is looked up.
  private struct KeySet: Sendable {
    private var byLength: [[[UInt8]]] = []

    init(_ keys: [String]) {
      for key in keys.map({ Array($0.utf8) }) {
        while byLength.count <= key.count { byLength.append([]) }
        byLength[key.count].append(key)
      }
    }

    func contains(_ key: ArraySlice<UInt8>) -> Bool {
      key.count < byLength.count && byLength[key.count].contains { $0[...] == key }
    }
  }

  private static let redacted = Array("\"\(SecretText.replacement)\"".utf8)

  /// The object without those parts.
  ///
  /// - Throws: ``JSONTextError`` when the text is not a JSON object.
  package static func stripped(_ object: Data) throws(JSONTextError) -> Data {
    let text = JSONText(object)
    return try stripped(text, range: text.root())
  }

  package static func stripped(_ object: JSONValue) throws -> Data {
    try stripped(object.json())
  }

  static func stripped(_ text: JSONText, range: Range<Int>) throws(JSONTextError) -> Data {
    var output: [UInt8] = []
    output.reserveCapacity(range.count)
    try appendObject(text, range, to: &output) { (key, value, output) throws(JSONTextError) in
      if text.equals(key, "metadata"), text.isObject(value) {
        try appendMetadata(text, value, to: &output)
      } else if data.contains(where: { text.equals(key, $0) }) {
        try appendData(text, value, to: &output)
      } else {
        try append(text, value, of: key, to: &output)
      }
      return .replaced
    }
    return Data(output)
  }

  /// Writes the value of a member, without the secrets in it, however deep they lie.
  private static func append(
    _ text: JSONText, _ value: Range<Int>, of key: Range<Int>, isVariable: Bool = false, to output: inout [UInt8]
  ) throws(JSONTextError) {
    if names.contains(text.bytes[key]) {
      output += text.bytes[value]
    } else if text.isObject(value) {
      if text.equals(key, "annotations") { return try appendAnnotations(text, value, to: &output) }
      try appendMembers(text, value, isVariable: isVariable, to: &output)
    } else if text.isArray(value) {
      if text.equals(key, "args") || text.equals(key, "command") {
        return try appendArguments(text, value, to: &output)
      }
      let areVariables = text.equals(key, "env")
      try appendArray(text, value, to: &output) { (element, output) throws(JSONTextError) in
        try append(text, element, of: key, isVariable: areVariables, to: &output)
      }
    } else if text.isString(value), isSecret(text, key) {
      output += redacted
    } else {
      appendText(text, value, to: &output)
    }
  }

  private static func appendMembers(
    _ text: JSONText, _ range: Range<Int>, isVariable: Bool, to output: inout [UInt8]
  ) throws(JSONTextError) {
    try appendObject(text, range, to: &output) { (key, value, output) throws(JSONTextError) in
      var isNamedSecret = isVariable
      // A header of a probe, for instance: {"name": "Authorization", "value": …}.
      if text.equals(key, "value"), text.isString(value), let name = try text.member("name", in: range) {
        isNamedSecret = isNamedSecret || SecretName.isSecret(text.string(name) ?? "")
      }
      if text.equals(key, "value"), isNamedSecret {
        output += redacted
      } else {
        try append(text, value, of: key, to: &output)
      }
      return .replaced
    }
  }

  /// Whether a text under a key is a secret by the key alone; the keys of the API that hold one are all named clearly.
  private static func isSecret(_ text: JSONText, _ key: Range<Int>) -> Bool {
    SecretName.mayBeStrong(text.bytes[key])
      && SecretName.weight(of: String(decoding: text.bytes[key], as: UTF8.self)) == .strong
  }

  /// Writes what may be a text without the secrets in it.
  private static func appendText(_ text: JSONText, _ value: Range<Int>, to output: inout [UInt8]) {
    let bytes = text.bytes[value]
    guard text.isString(value), SecretText.mayHoldSecret(bytes) else {
      output += bytes
      return
    }
    // Escapes are taken out first, since the API server writes "&" as one.
    guard bytes.contains(UInt8(ascii: "\\")) else {
      if let result = SecretText.redacted(utf8: Array(bytes)) { output += result } else { output += bytes }
      return
    }
    guard let plain = text.string(value) else {
      output += redacted
      return
    }
    let result = SecretText.redacted(plain)
    if result == plain { output += bytes } else { output += JSONText.quoted(result) }
  }

  private static func appendArguments(
    _ text: JSONText, _ range: Range<Int>, to output: inout [UInt8]
  ) throws(JSONTextError) {
    var arguments: [String] = []
    try text.forEachElement(in: range) { (element) throws(JSONTextError) in
      arguments.append(text.string(element) ?? "")
    }
    var results = SecretText.redacted(arguments: arguments)[...]
    try appendArray(text, range, to: &output) { (element, output) throws(JSONTextError) in
      let (argument, result) = (text.string(element), results.removeFirst())
      output += argument == result ? Array(text.bytes[element]) : JSONText.quoted(result)
    }
  }

  private static func appendData(
    _ text: JSONText, _ range: Range<Int>, to output: inout [UInt8]
  ) throws(JSONTextError) {
    guard text.isObject(range) else {
      output += text.isString(range) ? redacted : Array(text.bytes[range])
      return
    }
    try appendObject(text, range, to: &output) { (_, value, output) in
      output += text.isString(value) ? redacted : Array(text.bytes[value])
      return .replaced
    }
  }

  private static func appendAnnotations(
    _ text: JSONText, _ range: Range<Int>, to output: inout [UInt8]
  ) throws(JSONTextError) {
    try appendObject(text, range, to: &output) { (key, value, output) in
      if text.equals(key, lastApplied) { return .left }
      if isSecret(text, key) { output += redacted } else { appendText(text, value, to: &output) }
      return .replaced
    }
  }

  private static func appendArray(
    _ text: JSONText, _ range: Range<Int>, to output: inout [UInt8],
    write: (_ element: Range<Int>, inout [UInt8]) throws(JSONTextError) -> Void
  ) throws(JSONTextError) {
    output.append(UInt8(ascii: "["))
    var isFirst = true
    try text.forEachElement(in: range) { (element) throws(JSONTextError) in
      if !isFirst { output.append(UInt8(ascii: ",")) }
      isFirst = false
      try write(element, &output)
    }
    output.append(UInt8(ascii: "]"))
  }

  private enum Member { case asWritten, replaced, left }

  private static func appendMetadata(
    _ text: JSONText, _ range: Range<Int>, to output: inout [UInt8]
  ) throws(JSONTextError) {
    try appendObject(text, range, to: &output) { (key, value, output) throws(JSONTextError) in
      if text.equals(key, "managedFields"), text.isArray(value) {
        try appendArray(text, value, to: &output) { (entry, output) throws(JSONTextError) in
          try appendObject(text, entry, to: &output) { (key, value, output) throws(JSONTextError) in
            if keptOfManagedFields.contains(where: { text.equals(key, $0) }) { return .asWritten }
            guard text.equals(key, "fieldsV1"), text.isObject(value) else { return .left }
            return try appendOwnedContent(text, value, to: &output) ? .replaced : .left
          }
        }
        return .replaced
      }
      guard text.equals(key, "annotations"), text.isObject(value) else { return .asWritten }
      try appendAnnotations(text, value, to: &output)
      return .replaced
    }
  }

  /// Writes which of the fields of a ConfigMap or Secret are in a list of fields, with numbers in the place of keys.
  ///
  /// - Returns: whether there are any.
  private static func appendOwnedContent(
    _ text: JSONText, _ range: Range<Int>, to output: inout [UInt8]
  ) throws(JSONTextError) -> Bool {
    var fields: [String] = []
    try text.forEachMember(in: range) { (key, value) throws(JSONTextError) in
      if text.equals(key, ContentOwner.immutableField) { fields.append("\"\(ContentOwner.immutableField)\":{}") }
      guard let field = ContentOwner.dataFields.first(where: { text.equals(key, $0) }), text.isObject(value) else {
        return
      }
      var members: [String] = []
      try text.forEachMember(in: value) { (_, _) in members.append("\"f:\(members.count + 1)\":{}") }
      fields.append("\"\(field)\":{\(members.joined(separator: ","))}")
    }
    output += Array("{\(fields.joined(separator: ","))}".utf8)
    return !fields.isEmpty
  }

  /// Writes an object whose members `write` may leave out or write itself (the value alone, the key is written here).
  private static func appendObject(
    _ text: JSONText, _ range: Range<Int>, to output: inout [UInt8],
    write: (_ key: Range<Int>, _ value: Range<Int>, inout [UInt8]) throws(JSONTextError) -> Member
  ) throws(JSONTextError) {
    output.append(UInt8(ascii: "{"))
    let start = output.count
    try text.forEachMember(in: range) { (key, value) throws(JSONTextError) in
      let before = output.count
      if output.count > start { output.append(UInt8(ascii: ",")) }
      output.append(UInt8(ascii: "\""))
      output += text.bytes[key]
      output += [UInt8(ascii: "\""), UInt8(ascii: ":")]
      switch try write(key, value, &output) {
      case .asWritten: output += text.bytes[value]
      case .replaced: break
      case .left: output.removeSubrange(before...)
      }
    }
    output.append(UInt8(ascii: "}"))
  }
}
