/// One kind of request and its share of the load.
package struct RequestRoute: Sendable, Equatable {
  package var name: String
  /// Its share of the requests of its stream, relative to the others.
  package var weight: Int
  package var method: String
  package var path: Template
  package var headers: [Header]
  package var body: Body?
  /// Its own, or that of the target.
  package var authentication: Authentication?
  /// Statuses that count as success.
  package var expectedStatuses: [ClosedRange<Int>]
  /// What else an answer must have to count as success.
  package var checks: ResponseChecks

  package struct Header: Sendable, Equatable {
    package var name: String
    package var value: Template
  }

  package enum Body: Sendable, Equatable {
    case template(Template)
    /// The bytes of a file, as they are; a relative path counts from the folder of the profile.
    case file(String, place: FieldPlace)
  }

  /// What the Authorization header is made of. The templates hold literals and `{{env NAME}}` only.
  package enum Authentication: Sendable, Equatable {
    case bearer(Template)
    case basic(user: Template, password: Template)
  }

  /// All templates of the request, in the order in which they are written.
  package var templates: [Template] {
    var result = [path] + headers.map(\.value)
    if case .template(let template)? = body { result.append(template) }
    switch authentication {
    case .bearer(let token)?: result.append(token)
    case .basic(let user, let password)?: result += [user, password]
    case nil: break
    }
    return result
  }
}
