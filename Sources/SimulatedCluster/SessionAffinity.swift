import Arrivals
import Foundation

/// That the Ingress has a client stay with its pod by a cookie, and how the cookie is written
/// (ingress-nginx, rootfs/etc/nginx/lua/balancer/sticky.lua, sticky_balanced.lua, sticky_persistent.lua).
struct SessionAffinity: Sendable, Equatable {
  /// The name of the cookie.
  let cookie: String
  /// Whether a client keeps its pod as long as that is there; otherwise the pods share all clients anew whenever there are
  /// others.
  let isPersistent: Bool
  /// Whether a client gets another pod for good when its own did not answer.
  let changesOnFailure: Bool
  /// Whether a client stays with the canary, or with the main Ingress, once one has served it.
  let includesCanary: Bool
  private let attributes: String

  /// `nil` for an Ingress that has none.
  init?(_ annotations: IngressAnnotations) {
    guard annotations.text(.affinity) == "cookie" else { return nil }
    cookie = annotations.text(.sessionCookieName) ?? "INGRESSCOOKIE"
    isPersistent = annotations.text(.affinityMode) == "persistent"
    changesOnFailure = annotations.flag(.sessionCookieChangeOnFailure) == true
    includesCanary = annotations.text(.affinityCanaryBehavior) != "legacy"
    var attributes = "; Path=" + (annotations.text(.sessionCookiePath) ?? "/")
    if let age = annotations.number(.sessionCookieMaxAge) { attributes += "; Max-Age=\(age)" }
    if let domain = annotations.text(.sessionCookieDomain) { attributes += "; Domain=\(domain)" }
    if annotations.flag(.sessionCookieSecure) == true { attributes += "; Secure" }
    if let site = annotations.text(.sessionCookieSameSite) { attributes += "; SameSite=\(site)" }
    self.attributes = attributes + "; HttpOnly"
  }

  /// The header by which a client gets its cookie.
  func header(_ session: IngressSession) -> String {
    "\(cookie)=\(String(session.key, radix: 16))|\(session.isCanary ? Self.canary : Self.main)\(attributes)"
  }

  private static let canary = "canary"
  private static let main = "main"

  /// What the cookie of a request says; `nil` without one.
  ///
  /// - Returns: the session, and whether the canary served it, where the cookie says so and it counts.
  func session(from header: (String) -> String?) -> (session: IngressSession, isCanary: Bool?)? {
    guard let value = header("Cookie").flatMap({ CanaryPolicy.value(ofCookie: cookie, in: $0) }), !value.isEmpty else {
      return nil
    }
    let parts = value.split(separator: "|", maxSplits: 1, omittingEmptySubsequences: false)
    var isCanary: Bool?
    if includesCanary, parts.count == 2 {
      isCanary = parts[1] == Self.canary ? true : parts[1] == Self.main ? false : nil
    }
    // Whatever a client sends stands for a pod.
    let key =
      UInt64(parts[0], radix: 16)
      ?? parts[0].utf8.reduce(14_695_981_039_346_656_037) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
    return (IngressSession(key: key), isCanary)
  }
}

/// With whom a client is to stay. Small, since each request that is under way has one.
struct IngressSession: Sendable, Equatable {
  /// Stands for a pod, but for a new one.
  var key: UInt64
  /// The pod that did not answer; 0 for none.
  var failed: Int32 = 0
  /// Whether a pod is to be chosen first.
  var isNew = false
  /// Whether the client gets the key with its answer.
  var isGiven = false
  /// Whether the canary serves it.
  var isCanary = false

  /// The key by which a persistent cookie names a pod.
  static func key(of pod: PodID) -> UInt64 { mixed(UInt64(pod)) }

  /// The pod that a key stands for, whichever others there are (rendezvous hashing: a pod that comes or goes moves its own
  /// share of the keys only).
  static func pod(for key: UInt64, among pods: [PodID]) -> PodID? {
    var best: (pod: PodID, score: UInt64)?
    for pod in pods {
      let score = mixed(key ^ mixed(UInt64(pod)))
      if best.map({ score > $0.score }) ?? true { best = (pod, score) }
    }
    return best?.pod
  }

  private static func mixed(_ number: UInt64) -> UInt64 {
    var numbers = SplitMix64(seed: number)
    return numbers.next()
  }
}
