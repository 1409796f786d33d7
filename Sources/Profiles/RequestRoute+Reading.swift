extension RequestRoute {
  private static let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

  static func list(_ field: Field?) -> [RequestRoute] {
    guard let field, let elements = field.elements() else { return [] }
    if elements.isEmpty { field.report("there is no request to send", hint: "add one, as in {name: home, path: /}") }
    var names: Set<String> = []
    return elements.compactMap { element in
      let route = RequestRoute(element)
      if let route, !names.insert(route.name).inserted {
        element.report("a request named \"\(route.name)\" stands before", hint: "give each a name of its own")
      }
      return route
    }
  }

  init?(_ field: Field) {
    guard let members = field.members(known: ["name", "weight", "method", "path", "headers", "body", "expect"]) else {
      return nil
    }
    let name = members.required("name", example: "home")?.name()
    let weight = members["weight"].map { $0.integer(1...1_000_000) } ?? 1
    let method = members["method"].map(Self.method) ?? "GET"
    let path = members.required("path", example: "/").flatMap(Self.path)
    var headers = members["headers"].map(Self.headers) ?? []
    let body = members["body"].flatMap { Self.body($0, headers: &headers) }
    let statuses = members["expect"].map(Self.statuses) ?? [200...399]
    guard let name, let weight, let method, let path, let statuses else { return nil }
    self.init(
      name: name, weight: weight, method: method, path: path, headers: headers, body: body, expectedStatuses: statuses)
  }

  private static func method(_ field: Field) -> String? {
    guard let text = field.text() else { return nil }
    guard methods.contains(text) else {
      field.report("\"\(text)\" is not a method", hint: Field.hint(for: text, among: methods))
      return nil
    }
    return text
  }

  private static func path(_ field: Field) -> Template? {
    guard let text = field.text() else { return nil }
    guard text.hasPrefix("/") else {
      field.report("the path does not begin with /", hint: "the host stands in target.url; write /\(text)")
      return nil
    }
    guard text.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value < 0x7F || $0 == " " }) else {
      field.report("the path has characters that a URL cannot hold", hint: "encode them, as in %C3%A9 for é")
      return nil
    }
    let template = field.template()
    let blank = template?.pieces.contains { if case .literal(let text) = $0 { text.contains(" ") } else { false } }
    if blank ?? false { field.report("the path has a blank", hint: "write %20") }
    return template
  }

  private static func headers(_ field: Field) -> [Header] {
    (field.entries() ?? []).compactMap { key, value in
      guard isHeaderName(key) else {
        value.report("\"\(key)\" is not the name of a header", hint: "write it as in X-Pod")
        return nil
      }
      if key.lowercased() == "host" {
        value.report(
          "the Host header follows from target.url", hint: "put the host there and the address in target.connectTo")
      }
      guard let text = value.text() else { return nil }
      guard text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F || $0 == "\t" }) else {
        value.report("a header cannot hold line breaks or control characters")
        return nil
      }
      return value.template().map { Header(name: key, value: $0) }
    }
  }

  /// The tokens of RFC 9110, section 5.6.2.
  static func isHeaderName(_ text: String) -> Bool {
    !text.isEmpty
      && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "!#$%&'*+-.^_`|~".contains($0)) }
  }

  private static func body(_ field: Field, headers: inout [Header]) -> Template? {
    guard let members = field.members(known: ["text", "json"]) else { return nil }
    switch (members["text"], members["json"]) {
    case (let text?, nil): return text.text().flatMap { _ in text.template() }
    case (nil, let json?):
      if !headers.contains(where: { $0.name.lowercased() == "content-type" }) {
        headers.append(Header(name: "Content-Type", value: Template(pieces: [.literal("application/json")])))
      }
      return Template(json.node.jsonText(), reportingTo: json)
    default:
      field.report("a body is either text or json", hint: "write body: {text: …} or body: {json: …}")
      return nil
    }
  }

  private static func statuses(_ field: Field) -> [ClosedRange<Int>]? {
    guard let members = field.members(known: ["status"]),
      let list = members.required("status", example: "[200, \"2xx\"]")?.elements(orSingle: true)
    else { return nil }
    if list.isEmpty { members["status"]?.report("no status would be a success", hint: "write it as in [200]") }
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
}
