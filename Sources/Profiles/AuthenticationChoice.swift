/// What `auth` says: credentials, or that none are sent.
enum AuthenticationChoice {
  case none
  case some(RequestRoute.Authentication)

  /// Reads `{bearer: …}`, `{basic: {user: …, password: …}}`, or `none` where that is allowed.
  init?(_ field: Field, noneAllowed: Bool) {
    if noneAllowed, field.node.scalar == "none" {
      self = .none
      return
    }
    let hint = "write auth: {bearer: \"{{env TOKEN}}\"} or auth: {basic: {user: NAME, password: \"{{env PASSWORD}}\"}}"
    if field.node.entries == nil {
      field.report(
        "auth should be a mapping, not \(field.node.kindInWords)",
        hint: noneAllowed ? "\(hint), or auth: none" : hint)
      return nil
    }
    guard let members = field.members(known: ["bearer", "basic"]) else { return nil }
    let one = members.one(
      of: ["bearer", "basic"], nothing: ("no credentials stand here", hint),
      several: { _ in ("a request sends either a bearer token or a user with a password", hint) })
    guard let (kind, what) = one else { return nil }
    switch kind {
    case "bearer":
      guard let token = Self.credential(what) else { return nil }
      self = .some(.bearer(token))
    default:
      guard let parts = what.members(known: ["user", "password"]) else { return nil }
      let user = parts.required("user", example: "me").flatMap { Self.credential($0) }
      let password = parts.required("password", example: "\"{{env PASSWORD}}\"")
        .flatMap { Self.credential($0, mayBeEmpty: true) }
      guard let user, let password else { return nil }
      Self.checkUser(user, parts["user"])
      self = .some(.basic(user: user, password: password))
    }
  }

  private static func credential(_ field: Field, mayBeEmpty: Bool = false) -> Template? {
    guard let text = field.text(), let template = field.template() else { return nil }
    for piece in template.pieces {
      switch piece {
      case .environment: continue
      case .literal(let text):
        if text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }) { continue }
        field.report("credentials cannot hold line breaks or control characters")
      default:
        field.report(
          "credentials do not change from request to request",
          hint: "write {{env NAME}}; for a token from data write the header Authorization of the request")
      }
      return nil
    }
    if text.isEmpty, !mayBeEmpty {
      field.report("the text is empty", hint: "write it as in \"{{env TOKEN}}\"")
      return nil
    }
    return template
  }

  /// A user name with a colon could not be told from its password (RFC 7617, section 2).
  private static func checkUser(_ user: Template, _ field: Field?) {
    let colon = user.pieces.contains { if case .literal(let text) = $0 { text.contains(":") } else { false } }
    if colon { field?.report("a user name cannot hold a colon", hint: "the password has a key of its own") }
  }
}
