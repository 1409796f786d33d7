import Foundation
import KubernetesObjects

/// The names in an X.509 certificate: that of its subject, and those of the hosts that it is for (RFC 5280).
package struct CertificateNames: Sendable, Equatable {
  /// The last common name of the subject: to the Kubernetes API, the user of a client certificate.
  package private(set) var commonName: String?
  /// The organizations of the subject: to the Kubernetes API, the groups of the user.
  package private(set) var organizations: [String] = []
  /// The DNS names among the alternative names of the subject.
  package private(set) var hosts: [String] = []

  package init(commonName: String?, organizations: [String] = [], hosts: [String] = []) {
    self.commonName = commonName
    self.organizations = organizations
    self.hosts = hosts
  }

  /// Reads the first certificate of a PEM text; `nil` when there is none that can be read.
  package init?(pem: String) {
    guard let begin = pem.firstRange(of: "-----BEGIN CERTIFICATE-----"),
      let end = pem[begin.upperBound...].firstRange(of: "-----END CERTIFICATE-----"),
      let bytes = Data(
        base64Encoded: String(pem[begin.upperBound..<end.lowerBound]), options: .ignoreUnknownCharacters)
    else { return nil }
    self.init(der: Array(bytes))
  }

  /// Reads a certificate in DER; `nil` when it cannot be read.
  package init?(der: [UInt8]) {
    var outer = DERReader(der[...])
    guard let certificate = outer.next(0x30) else { return nil }
    var signed = DERReader(certificate)
    guard let content = signed.next(0x30) else { return nil }
    var fields = DERReader(content)
    _ = fields.next(0xA0)
    // Serial number, algorithm, issuer and validity stand before the subject, its key behind it.
    for tag in [0x02, 0x30, 0x30, 0x30] as [UInt8] {
      guard fields.next(tag) != nil else { return nil }
    }
    guard let subject = fields.next(0x30), fields.next(0x30) != nil else { return nil }
    readSubject(subject)
    while let (tag, part) = fields.next() {
      if tag == 0xA3 { readExtensions(part) }
    }
  }

  private mutating func readSubject(_ subject: ArraySlice<UInt8>) {
    var sets = DERReader(subject)
    while let set = sets.next(0x31) {
      var attributes = DERReader(set)
      while let attribute = attributes.next(0x30) {
        var parts = DERReader(attribute)
        guard let identifier = parts.next(0x06), let (_, value) = parts.next() else { continue }
        let text = String(decoding: value, as: UTF8.self)
        // 2.5.4.3 and 2.5.4.10 (RFC 4519).
        if identifier.elementsEqual([0x55, 0x04, 0x03]) { commonName = text }
        if identifier.elementsEqual([0x55, 0x04, 0x0A]) { organizations.append(text) }
      }
    }
  }

  private mutating func readExtensions(_ part: ArraySlice<UInt8>) {
    var wrapped = DERReader(part)
    guard let list = wrapped.next(0x30) else { return }
    var extensions = DERReader(list)
    while let one = extensions.next(0x30) {
      var parts = DERReader(one)
      // 2.5.29.17, the alternative names of the subject.
      guard parts.next(0x06)?.elementsEqual([0x55, 0x1D, 0x11]) == true else { continue }
      _ = parts.next(0x01)
      guard let octets = parts.next(0x04) else { continue }
      var value = DERReader(octets)
      guard let content = value.next(0x30) else { continue }
      var names = DERReader(content)
      while let (tag, name) = names.next() {
        if tag == 0x82 { hosts.append(String(decoding: name, as: UTF8.self)) }
      }
    }
  }

  /// Whether the certificate is for a host: by its alternative names or else by its common name, of which a first label `*`
  /// stands for any one (RFC 6125; ingress-nginx, internal/ingress/controller/controller.go, `verifyHostname`).
  package func isFor(host: String) -> Bool {
    let namings = Ingress.namings(of: host)
    return (hosts + [commonName].compactMap(\.self)).contains { namings.contains($0.lowercased()) }
  }
}

/// Values in DER, one after the other (ITU-T X.690).
private struct DERReader {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) {
    rest = bytes
  }

  /// The content of the next value; `nil` when it has another tag, and is then left where it is.
  mutating func next(_ tag: UInt8) -> ArraySlice<UInt8>? {
    guard rest.first == tag else { return nil }
    return next()?.content
  }

  mutating func next() -> (tag: UInt8, content: ArraySlice<UInt8>)? {
    guard rest.count >= 2, let tag = rest.first else { return nil }
    var bytes = rest.dropFirst()
    guard var length = bytes.popFirst().map(Int.init) else { return nil }
    if length >= 0x80 {
      let count = length - 0x80
      guard (1...4).contains(count), bytes.count >= count else { return nil }
      length = bytes.prefix(count).reduce(0) { $0 << 8 | Int($1) }
      bytes = bytes.dropFirst(count)
    }
    guard bytes.count >= length else { return nil }
    rest = bytes.dropFirst(length)
    return (tag, bytes.prefix(length))
  }
}
