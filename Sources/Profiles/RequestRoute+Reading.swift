extension RequestRoute {
  private static let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

  /// Reads all requests.
  ///
  /// - Parameter authentication: what those send that say nothing of their own.
  static func list(_ field: Field?, authentication: Authentication?) -> [RequestRoute] {
    guard let field, let elements = field.elements() else { return [] }
    if elements.isEmpty { field.report("there is no request to send", hint: "add one, as in {name: home, path: /}") }
    var names: Set<String> = []
    return elements.compactMap { element in
      let route = RequestRoute(element, authentication: authentication)
      if let route, !names.insert(route.name).inserted {
        element.report("a request named \"\(route.name)\" stands before", hint: "give each a name of its own")
      }
      return route
    }
  }

  init?(_ field: Field, authentication inherited: Authentication?) {
    guard
      let members = field.members(known: [
        "name", "weight", "method", "path", "headers", "body", "auth", "expect",
      ])
    else { return nil }
    let name = members.required("name", example: "home")?.name()
    let weight = members["weight"].map { $0.integer(1...1_000_000) } ?? 1
    let method = members["method"].map(Self.method) ?? "GET"
    let path = members.required("path", example: "/").flatMap(Self.path)
    var headers = members["headers"].map(Self.headers) ?? []
    let body = members["body"].flatMap { Body($0, headers: &headers) }
    let authentication = Self.authentication(members["auth"], headers: headers, inherited: inherited)
    let expected = ExpectedResponse(members["expect"], method: method)
    guard let name, let weight, let method, let path else { return nil }
    self.init(
      name: name, weight: weight, method: method, path: path, headers: headers, body: body,
      authentication: authentication, expectedStatuses: expected.statuses, checks: expected.checks)
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
      switch key.lowercased() {
      case "host":
        value.report(
          "the Host header follows from target.url", hint: "put the host there and the address in target.connectTo")
      case "content-length", "transfer-encoding":
        // With another length than that of the body the server waits for the rest, or takes it for the next request.
        value.report(
          "\(key) follows from the body, and another one would have the server misread this request and the next",
          hint: "leave it out: each request is sent with the length of its body")
      default: break
      }
      return value.headerValue().flatMap { _ in value.template() }.map { Header(name: key, value: $0) }
    }
  }

  /// The tokens of RFC 9110, section 5.6.2.
  static func isHeaderName(_ text: String) -> Bool {
    !text.isEmpty
      && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "!#$%&'*+-.^_`|~".contains($0)) }
  }

  /// The credentials of a request: its own, or what the target has for all that say nothing of their own.
  private static func authentication(
    _ field: Field?, headers: [Header], inherited: Authentication?
  ) -> Authentication? {
    let hasHeader = headers.contains { $0.name.lowercased() == "authorization" }
    guard let field else { return hasHeader ? nil : inherited }
    guard case .some(let own)? = AuthenticationChoice(field, noneAllowed: true) else { return nil }
    if hasHeader {
      field.report("the request has the header Authorization as well", hint: "keep one of them")
    }
    return own
  }
}

extension RequestRoute.Body {
  fileprivate init?(_ field: Field, headers: inout [RequestRoute.Header]) {
    func setContentType() {
      guard !headers.contains(where: { $0.name.lowercased() == "content-type" }) else { return }
      headers.append(.init(name: "Content-Type", value: Template(pieces: [.literal("application/json")])))
    }
    guard let members = field.members(known: ["text", "json", "file"]) else { return nil }
    let told = (
      "a body is one of text, json and file", "write body: {text: …}, body: {json: …} or body: {file: order.json}"
    )
    guard let (form, what) = members.one(of: ["text", "json", "file"], nothing: told, several: { _ in told }) else {
      return nil
    }
    switch form {
    case "text":
      guard what.text() != nil, let template = what.template() else { return nil }
      self = .template(template)
    case "json":
      setContentType()
      guard let template = Template(what.node.jsonText(), reportingTo: what) else { return nil }
      self = .template(template)
    default:
      guard let path = what.text() else { return nil }
      if path.isEmpty { what.report("no file is named", hint: "write it as in file: order.json") }
      if path.lowercased().hasSuffix(".json") { setContentType() }
      self = .file(path, place: what.place)
    }
  }
}

extension Field {
  /// A text that a header can hold.
  func headerValue() -> String? {
    guard let text = text() else { return nil }
    guard text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F || $0 == "\t" }) else {
      report("a header cannot hold line breaks or control characters")
      return nil
    }
    return text
  }
}
