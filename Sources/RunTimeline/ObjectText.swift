package import Foundation
package import KubernetesObjects

/// The text of an API object as a recording keeps it.
///
/// Everything stays as the API server wrote it, but for two parts that repeat the object itself: the lists of fields in
/// `metadata.managedFields` (manager, operation, subresource and time stay), and the annotation in which
/// `kubectl apply` keeps a copy of the manifest; and for the values of environment variables of containers, where
/// people have been known to leave passwords.
package enum ObjectText {
  static let lastApplied = "kubectl.kubernetes.io/last-applied-configuration"
  private static let keptOfManagedFields = ["manager", "operation", "subresource", "time"]

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
        return .replaced
      }
      if text.equals(key, "spec") {
        try appendWithoutEnvironment(text, value, to: &output)
        return .replaced
      }
      return .asWritten
    }
    return Data(output)
  }

  /// Writes a value in which every `value` in a list `env` is replaced, however deep the list lies.
  private static func appendWithoutEnvironment(
    _ text: JSONText, _ range: Range<Int>, isVariable: Bool = false, to output: inout [UInt8]
  ) throws(JSONTextError) {
    if text.isObject(range) {
      try appendObject(text, range, to: &output) { (key, value, output) throws(JSONTextError) in
        if isVariable, text.equals(key, "value") {
          output += Array("\"REDACTED\"".utf8)
        } else {
          let isList = text.equals(key, "env") && text.isArray(value)
          try appendWithoutEnvironment(text, value, isVariable: isList, to: &output)
        }
        return .replaced
      }
    } else if text.isArray(range) {
      output.append(UInt8(ascii: "["))
      var isFirst = true
      try text.forEachElement(in: range) { (element) throws(JSONTextError) in
        if !isFirst { output.append(UInt8(ascii: ",")) }
        isFirst = false
        try appendWithoutEnvironment(text, element, isVariable: isVariable, to: &output)
      }
      output.append(UInt8(ascii: "]"))
    } else {
      output += text.bytes[range]
    }
  }

  private enum Member { case asWritten, replaced, left }

  private static func appendMetadata(
    _ text: JSONText, _ range: Range<Int>, to output: inout [UInt8]
  ) throws(JSONTextError) {
    try appendObject(text, range, to: &output) { (key, value, output) throws(JSONTextError) in
      if text.equals(key, "managedFields"), text.isArray(value) {
        try appendManagedFields(text, value, to: &output)
        return .replaced
      }
      if text.equals(key, "annotations"), text.isObject(value) {
        try appendObject(text, value, to: &output) { (key, _, _) in text.equals(key, lastApplied) ? .left : .asWritten }
        return .replaced
      }
      return .asWritten
    }
  }

  private static func appendManagedFields(
    _ text: JSONText, _ range: Range<Int>, to output: inout [UInt8]
  ) throws(JSONTextError) {
    output.append(UInt8(ascii: "["))
    var isFirst = true
    try text.forEachElement(in: range) { (entry) throws(JSONTextError) in
      if !isFirst { output.append(UInt8(ascii: ",")) }
      isFirst = false
      try appendObject(text, entry, to: &output) { (key, _, _) in
        keptOfManagedFields.contains { text.equals(key, $0) } ? .asWritten : .left
      }
    }
    output.append(UInt8(ascii: "]"))
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
