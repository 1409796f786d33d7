import ClientRules
package import Curl
package import Foundation
package import KubernetesObjects
package import Logging
import Units

/// Reads, watches and patches objects of one API server.
package struct APIClient: Sendable {
  package let connection: APIConnection
  private let session: CurlSession
  /// How long a read or a write may take.
  let timeout: Duration
  /// Who is told of each request; never of credentials, headers and bodies.
  private let log: Logger?

  package init(
    connection: APIConnection, session: CurlSession, timeout: Duration = .seconds(30), log: Logger? = nil
  ) {
    self.connection = connection
    self.session = session
    self.timeout = timeout
    self.log = log
  }

  /// Ends whatever is on its way, and returns when the thread of the session is gone. Later requests fail.
  package func close() async {
    await session.close()
  }

  /// An answer of the API server with its two local timestamps and the server's own.
  package struct Answer: Sendable {
    package let body: Data
    package let sent: ContinuousClock.Instant
    package let received: ContinuousClock.Instant
    /// The `Date` header, to the second.
    package let date: KubernetesTime?

    var withoutBody: Answer { Answer(body: Data(), sent: sent, received: received, date: date) }
  }

  /// `gitVersion` of the server, such as `v1.36.2`.
  package func serverVersion() async throws(KubernetesError) -> String {
    struct Version: Decodable { var gitVersion: String }
    let answer = try await get(path: "/version")
    return try decode(Version.self, from: answer.body, of: "/version").gitVersion
  }

  package func get<Object: KubernetesObject>(
    _ type: Object.Type, namespace: String, name: String
  ) async throws(KubernetesError) -> Object {
    let path = Object.resource.path(namespace: namespace, name: name)
    return try decode(Object.self, from: try await get(path: path).body, of: path)
  }

  /// One GET, answered with a 2xx status.
  ///
  /// - Parameter accept: the form of the answer that is asked for.
  package func get(path: String, accept: String = APIClient.json) async throws(KubernetesError) -> Answer {
    try await perform("GET", path: path, timeout: timeout, accept: accept)
  }

  package static let json = "application/json"

  /// Any request, with its answer as a JSON value.
  ///
  /// - Parameters:
  ///   - path: with its query.
  ///   - type: what the body is.
  package func send(
    _ method: String, path: String, type: String = "application/json", body: JSONValue? = nil
  ) async throws(KubernetesError) -> (object: JSONValue, answer: Answer) {
    let data: Data?
    do {
      data = try body?.json()
    } catch {
      throw KubernetesError(.malformed, attempt: "cannot change \(path)", cause: "the request is no JSON: \(error)")
    }
    let headers = data == nil ? [] : [(name: "Content-Type", value: type)]
    let answer =
      method == "GET"
      ? try await get(path: path)
      : try await performing(method, path: path, headers: headers, body: Array(data ?? Data()))
    return (try decode(JSONValue.self, from: answer.body, of: path), answer)
  }

  /// Opens a watch; it ends when the server closes it, fails when the connection breaks.
  ///
  /// - Parameter seconds: after how long the server is asked to close it, so that a dead connection is noticed.
  package func watch(
    _ resource: ResourceType, namespace: String?, _ selection: ListSelection = .all, from version: String, seconds: Int
  ) async throws(KubernetesError) -> WatchStream {
    let query =
      selection.query + [
        ("watch", "true"), ("allowWatchBookmarks", "true"), ("resourceVersion", version),
        ("timeoutSeconds", String(seconds)),
      ]
    let path = resource.path(namespace: namespace) + URLQuery.text(query)
    let attempt = "cannot watch \(place(resource.path(namespace: namespace)))"
    do {
      let stream = try await sending { credential in
        try await session.stream(
          try request(
            "GET", path: path, timeout: .seconds(seconds + 30), accept: resource.acceptedEvents, as: credential))
      } status: {
        $0.head.status
      }
      log?.debug("watch answered", metadata: ["path": "\(path)", "status": "\(stream.head.status)"])
      guard stream.head.status == 200 else {
        var body = Data()
        for try await line in stream.lines where body.count < 65_536 { body += line.bytes }
        throw Self.refusal(
          status: stream.head.status, body: body, attempt: attempt, retryAfter: stream.head.header("Retry-After"))
      }
      return WatchStream(lines: stream.lines, sent: stream.head.sentAt, attempt: attempt)
    } catch let error as KubernetesError {
      throw error
    } catch {
      throw Self.failure(error, attempt: attempt)
    }
  }
}

// How a request is made and what its failures mean.
extension APIClient {
  private func request(
    _ method: String, path: String, timeout: Duration, headers: [(name: String, value: String)] = [],
    body: [UInt8]? = nil, acceptsGzip: Bool = false, accept: String, as credential: Credential
  ) throws(KubernetesError) -> CurlRequest {
    CurlRequest(
      method: method, url: connection.server + path,
      headers: headers + [("Accept", accept)] + (try connection.headers(with: credential)), body: body,
      timeout: timeout, tls: connection.tls(with: credential), proxy: connection.proxy, acceptsGzip: acceptsGzip)
  }

  /// What is asked and the way there, for messages.
  private func place(_ path: String) -> String {
    "\(connection.server)\(path)" + (connection.proxy.map { " (through the proxy \($0))" } ?? "")
  }

  /// How often a request is sent again with other credentials: those that another request has fetched meanwhile may be over
  /// as well when this one gets to use them.
  private static let renewals = 2

  /// Sends a request, and again when the server does not accept our credentials and there are newer ones.
  ///
  /// A request that was refused for them has changed nothing, whatever its method.
  private func sending<Response>(
    _ send: (Credential) async throws -> Response, status: (Response) -> Int
  ) async throws -> Response {
    var credential = try await connection.credentials.current()
    var response = try await send(credential)
    for _ in 0..<Self.renewals where status(response) == 401 {
      guard let renewed = try await connection.credentials.replacement(for: credential) else { break }
      log?.info("credentials renewed, since the server answered 401")
      credential = renewed
      response = try await send(renewed)
    }
    return response
  }

  /// A write, which is sent again where the server did not take it and says when to come again.
  private func performing(
    _ method: String, path: String, headers: [(name: String, value: String)], body: [UInt8]
  ) async throws(KubernetesError) -> Answer {
    for _ in 0..<WriteRetry.most {
      do throws(KubernetesError) {
        return try await perform(method, path: path, timeout: timeout, headers: headers, body: body)
      } catch {
        guard let wait = error.retryAfter else { throw error }
        log?.info("asked to come again", metadata: ["path": "\(path)", "after": "\(wait.text)"])
        do {
          try await Task.sleep(for: wait)
        } catch {
          // Whoever waited for it does not any more.
          break
        }
      }
    }
    return try await perform(method, path: path, timeout: timeout, headers: headers, body: body)
  }

  func perform(
    _ method: String, path: String, timeout: Duration, headers: [(name: String, value: String)] = [],
    body: [UInt8]? = nil, accept: String = APIClient.json
  ) async throws(KubernetesError) -> Answer {
    let verb = ["GET": "read", "POST": "ask"][method] ?? "change"
    let attempt = "cannot \(verb) \(place(path))"
    let response: CurlResponse
    do {
      response = try await sending { credential in
        try await session.perform(
          try request(
            method, path: path, timeout: timeout, headers: headers, body: body, acceptsGzip: method == "GET",
            accept: accept, as: credential))
      } status: {
        $0.status
      }
    } catch {
      log?.debug("not answered", metadata: ["method": "\(method)", "path": "\(path)", "cause": "\(error)"])
      throw (error as? KubernetesError) ?? Self.failure(error, attempt: attempt)
    }
    log?.debug(
      "answered",
      metadata: [
        "method": "\(method)", "path": "\(path)", "status": "\(response.status)",
        "took": "\(response.sentAt.duration(to: response.receivedAt).textToMicroseconds)",
        "bytes": "\(response.body.count)",
      ])
    let body = Data(response.body)
    guard (200..<300).contains(response.status) else {
      throw Self.refusal(
        status: response.status, body: body, attempt: attempt, retryAfter: response.header("Retry-After"))
    }
    return Answer(
      body: body, sent: response.sentAt, received: response.receivedAt,
      date: response.header("Date").flatMap(HTTPDate.parse))
  }

  func decode<Value: Decodable>(
    _ type: Value.Type, from body: Data, of path: String
  ) throws(KubernetesError) -> Value {
    do {
      return try JSONDecoder().decode(Value.self, from: body)
    } catch {
      throw notWhatWasAsked(path)
    }
  }

  func notWhatWasAsked(_ path: String) -> KubernetesError {
    KubernetesError(
      .malformed, attempt: "cannot read \(connection.server)\(path)",
      cause: "the answer is not the object that was asked for", hint: "is this a Kubernetes API server?")
  }

  static func failure(_ error: any Error, attempt: String) -> KubernetesError {
    KubernetesError(.unreachable, attempt: attempt, cause: "\(error)")
  }

  /// - Parameter retryAfter: the header of that name; a date in it is not understood, and no API server sends one.
  static func refusal(status: Int, body: Data, attempt: String, retryAfter: String? = nil) -> KubernetesError {
    let answer = try? JSONDecoder().decode(APIStatus.self, from: body)
    let seconds = retryAfter.flatMap { Int($0) } ?? answer?.details?.retryAfterSeconds
    let wait = seconds.map { Duration.seconds(max($0, 0)) }
    // What the filter for too many requests answers is a plain text, of which clients tell this (client-go/rest/request.go).
    let busy = "the server has received too many requests and has asked us to try again later (429)"
    let cause = answer?.message ?? (status == 429 ? busy : "the server answered \(status)")
    return switch status {
    case 401:
      KubernetesError(
        .unauthorized, attempt: attempt, cause: "the server does not accept our credentials (401)",
        hint: "log in again, or choose another user in the kubeconfig", status: answer)
    case 403:
      KubernetesError(
        .forbidden, attempt: attempt, cause: cause, hint: "Profiles/rbac.yaml holds the roles that are needed",
        status: answer)
    case 404: KubernetesError(.notFound, attempt: attempt, cause: cause, status: answer)
    case 410: KubernetesError(.expired, attempt: attempt, cause: cause, status: answer)
    default: KubernetesError(.refused, attempt: attempt, cause: cause, status: answer, retryAfter: wait)
    }
  }
}

extension ResourceType {
  /// The form of lists that is asked for: without the data of objects of which only the metadata are wanted. A server that
  /// has no such form refuses, and sends none either.
  var acceptedList: String { accepted("PartialObjectMetadataList") }
  var acceptedEvents: String { accepted("PartialObjectMetadata") }

  private func accepted(_ form: String) -> String {
    metadataOf == nil ? APIClient.json : "\(APIClient.json);as=\(form);g=meta.k8s.io;v=v1"
  }
}
