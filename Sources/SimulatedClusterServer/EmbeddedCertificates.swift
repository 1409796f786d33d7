import Foundation
import NIOSSL

/// The certificates and keys of the folder Certificates, which says what they are.
enum EmbeddedCertificates {
  static let authority = EmbeddedCertificate(PackageResources.authority_pem)
  static let apiServer = EmbeddedCertificate(PackageResources.api_server_pem)
  static let apiServerKey = EmbeddedCertificate(PackageResources.api_server_key)
  static let administrator = EmbeddedCertificate(PackageResources.administrator_pem)
  static let administratorKey = EmbeddedCertificate(PackageResources.administrator_key)
  static let fake = EmbeddedCertificate(PackageResources.fake_pem)
  static let fakeKey = EmbeddedCertificate(PackageResources.fake_key)
}

/// A PEM text.
struct EmbeddedCertificate: Sendable {
  private let bytes: [UInt8]

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  var base64: String { Data(bytes).base64EncodedString() }

  func chain() throws -> [NIOSSLCertificateSource] {
    try NIOSSLCertificate.fromPEMBytes(bytes).map { .certificate($0) }
  }

  func certificates() throws -> [NIOSSLCertificate] { try NIOSSLCertificate.fromPEMBytes(bytes) }

  func key() throws -> NIOSSLPrivateKeySource { .privateKey(try NIOSSLPrivateKey(bytes: bytes, format: .pem)) }
}
