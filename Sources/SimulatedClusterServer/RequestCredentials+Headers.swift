import NIOHTTP1
import SimulatedCluster

extension RequestCredentials {
  /// What the headers say of who asks, and whom they act as
  /// (Kubernetes, apiserver/pkg/endpoints/filters/impersonation.go).
  init(_ headers: HTTPHeaders) {
    self.init(authorization: headers.first(name: "authorization"))
    var other = APIUser(name: headers.first(name: "impersonate-user") ?? "")
    other.uid = headers.first(name: "impersonate-uid") ?? ""
    other.groups = headers["impersonate-group"]
    let prefix = "impersonate-extra-"
    for (name, value) in headers where name.lowercased().hasPrefix(prefix) {
      let key = splitTarget(String(name.lowercased().dropFirst(prefix.count))).path
      other.extra[key, default: []].append(value)
    }
    if other != APIUser(name: "") { impersonated = other }
  }
}
