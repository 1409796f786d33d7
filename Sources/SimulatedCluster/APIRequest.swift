package import KubernetesObjects

/// A request to the Kubernetes API, read from HTTP.
package struct APIRequest: Sendable, Equatable {
  package var method: String
  /// Without the query, percent-decoded.
  package var path: String
  package var query: [String: String]
  package var accept: String
  package var contentType: String
  package var userAgent: String
  package var body: JSONValue?
  /// The names in the certificate that the client has shown, where it came over TLS with one that an authority of the
  /// cluster issued.
  package var clientCertificate: CertificateNames?
  package var credentials: RequestCredentials

  package init(
    method: String, path: String, query: [String: String] = [:], accept: String = "application/json",
    contentType: String = "application/json", userAgent: String = "", body: JSONValue? = nil,
    clientCertificate: CertificateNames? = nil,
    credentials: RequestCredentials = RequestCredentials()
  ) {
    self.method = method
    self.path = path
    self.query = query
    self.accept = accept
    self.contentType = contentType
    self.userAgent = userAgent
    self.body = body
    self.clientCertificate = clientCertificate
    self.credentials = credentials
  }

  /// Whether the client wants rows for people: `Accept: application/json;as=Table;…`.
  var wantsTable: Bool { accept.contains("as=Table") }

  /// Whether the client wants nothing but metadata: `Accept: application/json;as=PartialObjectMetadata;…`, of lists
  /// `as=PartialObjectMetadataList`.
  var wantsMetadata: Bool { accept.contains("as=PartialObjectMetadata") }

  /// Who writes, for `managedFields`: what the client says, else the name of its program.
  var fieldManager: String {
    query["fieldManager"] ?? userAgent.split(separator: "/").first.map(String.init) ?? "unknown"
  }

  /// Whether only the answer is wanted: said in the query, or in the options of a delete.
  var isDryRun: Bool {
    query["dryRun"] == "All" || (method == "DELETE" && body?["dryRun"]?.array?.contains("All") == true)
  }

  var fieldValidation: FieldValidation { FieldValidation(query["fieldValidation"]) }

  func flag(_ name: String) -> Bool { query[name] == "true" || query[name] == "1" }
}

/// What the Kubernetes API answers.
package enum APIAnswer: Sendable {
  case object(status: Int, JSONValue)
  /// An object that was taken without some of its fields; each is named in a `Warning` header.
  case warned(status: Int, JSONValue, [String])
  case text(status: Int, String)
  /// Bytes of a media type.
  case binary(status: Int, type: String, [UInt8])
  /// An answer that asks the client to come again after so many seconds of wall time.
  indirect case later(seconds: Int, APIAnswer)
  /// A stream of watch events, to be fed by ``ClusterSimulation/events(for:)``.
  case watch(ServedWatch)
}
