import Foundation
import KubernetesObjects

/// A certificate that the Ingress has of a Secret.
package struct IngressCertificate: Sendable, Equatable {
  package let secret: ObjectKey
  /// The version of the Secret.
  package let resourceVersion: Int64
  /// The chain and the key in PEM.
  package let chain: String
  package let key: String

  /// `nil` when the Secret has no `tls.crt`, or no `tls.key`.
  init?(_ object: ClusterObject) {
    guard let chain = Self.text("tls.crt", of: object), let key = Self.text("tls.key", of: object) else { return nil }
    secret = object.key
    resourceVersion = object.resourceVersion
    self.chain = chain
    self.key = key
  }

  private static func text(_ name: String, of secret: ClusterObject) -> String? {
    if let text = secret.written["stringData"]?[name]?.string { return text }
    guard let encoded = secret.written["data"]?[name]?.string, let bytes = Data(base64Encoded: encoded) else {
      return nil
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension IngressRouting {
  /// What an Ingress with TLS says of certificates.
  struct TLS: Sendable {
    let namespace: String
    let entries: [Ingress.TLS]

    /// The Secrets that may have the certificate of a host, those that are named for it first.
    func secrets(for host: String) -> [ObjectKey] {
      let named = entries.first { ($0.hosts ?? []).contains { $0.lowercased() == host } }
      if let named {
        return named.secretName.map { [ObjectKey(namespace: namespace, name: $0)] } ?? []
      }
      return entries.compactMap(\.secretName).map { ObjectKey(namespace: namespace, name: $0) }
    }
  }
}

extension ClusterSimulation {
  /// The certificate of a Secret that the Ingress shows to a client who asks for a host; `nil` where it shows its own, since no
  /// Ingress has TLS for the host, or the Secret has no certificate for it
  /// (ingress-nginx, internal/ingress/controller/controller.go, `createServers`; rootfs/etc/nginx/lua/certificate.lua).
  package func ingressCertificate(host: String) -> IngressCertificate? {
    guard let (server, tls) = dataPlane.routing.tls(host: host) else { return nil }
    for key in tls.secrets(for: server) {
      guard let secret = context.store[.secret, key], let certificate = IngressCertificate(secret) else { continue }
      if CertificateNames(pem: certificate.chain)?.isFor(host: server) == true { return certificate }
    }
    return nil
  }
}
