import KubernetesObjects

/// A probe of a container with Kubernetes' defaults.
struct WrittenProbe: Sendable {
  let json: JSONValue
  let path: String

  var period: Int { max(json["periodSeconds"]?.int ?? 10, 1) }
  var threshold: Int { max(json["failureThreshold"]?.int ?? 3, 1) }
  var timeout: Int { max(json["timeoutSeconds"]?.int ?? 1, 1) }
  var initialDelay: Int { json["initialDelaySeconds"]?.int ?? 0 }

  /// For how long it may fail before something comes of it, in seconds.
  var patience: Int { threshold * period }

  /// How long a container may take until its first success counts, in seconds.
  var budget: Int { initialDelay + patience }

  /// What it asks.
  var question: JSONValue {
    var question: JSONValue = [:]
    for key in ["httpGet", "tcpSocket", "grpc", "exec"] { if let value = json[key] { question[key] = value } }
    return question
  }

  /// What it asks in words: `GET /health on 80`.
  var words: String {
    if let get = json["httpGet"] {
      return "GET \(get["path"]?.string ?? "/") on \(get["port"]?.scalarText ?? "?")"
    }
    if let socket = json["tcpSocket"] { return "a connection to \(socket["port"]?.scalarText ?? "?")" }
    if let grpc = json["grpc"] { return "gRPC on \(grpc["port"]?.scalarText ?? "?")" }
    return "its command"
  }
}
