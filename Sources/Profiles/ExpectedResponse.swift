import KubernetesObjects
import Units

/// What `expect` says of the answer to a request.
struct ExpectedResponse {
  private(set) var statuses: [ClosedRange<Int>] = [200...399]
  private(set) var checks = ResponseChecks()

  init(_ field: Field?, method: String?) {
    guard let members = field?.members(known: ["status", "headers", "bodyContains", "json", "maxSize"]) else { return }
    statuses = members["status"].flatMap(Self.statuses) ?? statuses
    checks = ResponseChecks(
      headers: members["headers"].map(Self.headers) ?? [], bodyContains: members["bodyContains"].map(Self.texts) ?? [],
      json: members["json"].map(Self.pointers) ?? [], maxSize: members["maxSize"].flatMap(Self.size))
    if method == "HEAD" { Self.refuseBodyChecks(members) }
  }

  private static func refuseBodyChecks(_ members: Members) {
    for key in ["bodyContains", "json", "maxSize"] {
      members[key]?.report(
        "the answer to a HEAD request has no body to check", hint: "write method: GET, or leave out \(key)")
    }
  }

  private static func statuses(_ field: Field) -> [ClosedRange<Int>]? {
    guard let list = field.elements(orSingle: true) else { return nil }
    if list.isEmpty { field.report("no status would be a success", hint: "write it as in [200]") }
    return list.compactMap { element in
      guard let text = element.text() else { return nil }
      if let status = Int(text), (100...599).contains(status) { return status...status }
      if text.count == 3, text.hasSuffix("xx"), let hundreds = text.first?.wholeNumberValue, (1...5).contains(hundreds)
      {
        return hundreds * 100...hundreds * 100 + 99
      }
      element.report("\"\(text)\" is not a status", hint: "write a number from 100 to 599, or a class such as \"2xx\"")
      return nil
    }
  }

  private static func headers(_ field: Field) -> [ResponseChecks.HeaderCheck] {
    guard let entries = field.entries() else { return [] }
    if entries.isEmpty { field.report("nothing is checked", hint: "write it as in headers: {X-Cache: HIT}") }
    return entries.compactMap { key, value in
      guard RequestRoute.isHeaderName(key) else {
        value.report("\"\(key)\" is not the name of a header", hint: "write it as in X-Cache: HIT")
        return nil
      }
      guard let text = value.headerValue(), value.isLiteral() else { return nil }
      return ResponseChecks.HeaderCheck(name: key, value: text)
    }
  }

  private static func texts(_ field: Field) -> [String] {
    guard let elements = field.elements(orSingle: true) else { return [] }
    if elements.isEmpty { field.report("nothing is checked", hint: "write what the body must hold") }
    return elements.compactMap { element in
      guard let text = element.text(), element.isLiteral() else { return nil }
      if text.isEmpty { element.report("every body holds the empty text", hint: "write what the body must hold") }
      return text
    }
  }

  private static func pointers(_ field: Field) -> [ResponseChecks.JSONCheck] {
    guard let entries = field.entries() else { return [] }
    if entries.isEmpty { field.report("nothing is checked", hint: "write it as in json: {\"/items/0/id\": 7}") }
    return entries.compactMap { pointer, value in
      guard isPointer(pointer) else {
        let guess = pointer.hasPrefix("/") ? nil : "/" + pointer.replacing(".", with: "/").replacing("$/", with: "")
        value.report(
          "\"\(pointer)\" is not a JSON pointer (RFC 6901)",
          hint: guess.map { "it begins with /, as in \($0)" } ?? "write ~ as ~0, and / in a name as ~1")
        return nil
      }
      guard value.isLiteral() else { return nil }
      return ResponseChecks.JSONCheck(pointer: pointer, value: value.node.json)
    }
  }

  /// RFC 6901, section 3: steps that each begin with `/`, in which `~` is followed by 0 or 1.
  private static func isPointer(_ text: String) -> Bool {
    guard text.isEmpty || text.hasPrefix("/") else { return false }
    let tildes = text.split(separator: "~", omittingEmptySubsequences: false).dropFirst()
    return tildes.allSatisfy { $0.first == "0" || $0.first == "1" }
  }

  /// Bytes: `65536`, `64Ki`, `1M`.
  private static func size(_ field: Field) -> Int? {
    guard let text = field.text() else { return nil }
    guard let quantity = try? Quantity(text: text), quantity.milli >= 0, quantity.milli % 1000 == 0,
      quantity.milli < .max
    else {
      field.report("\"\(text)\" is not a size", hint: "write a number of bytes, as in 500, 64Ki or 2Mi")
      return nil
    }
    return Int(quantity.value)
  }
}

extension Field {
  /// Whether no `{{…}}` stands in the value; told where one does, since checks compare with one and the same text.
  fileprivate func isLiteral() -> Bool {
    guard let text = node.scalar, text.contains("{{") else { return true }
    report("\"\(text)\" is not filled in: a check compares with a fixed text", hint: "write the text that is expected")
    return false
  }
}
