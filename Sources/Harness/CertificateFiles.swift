import Foundation
import Profiles

/// The certificates and the key that a target asks for, found before anything is sent.
enum CertificateFiles {
  /// The settings with absolute paths.
  ///
  /// - Parameter folder: of the profile; relative paths count from there.
  /// - Throws: ``HarnessError`` with every file that is not there or is not in PEM form (RFC 7468), one a line.
  static func found(_ settings: Target.TLS, folder: String) throws(HarnessError) -> Target.TLS {
    var found = settings
    var problems: [ProfileProblem] = []
    for file: WritableKeyPath<Target.TLS, Target.File?> in [\.caFile, \.clientCertificate, \.clientKey] {
      guard let named = settings[keyPath: file] else { continue }
      let path = LoadedProfile.resolved(named.path, in: folder)
      found[keyPath: file]?.path = path
      if let problem = problem(path) { problems.append(named.place.problem("\(path) \(problem.0)", hint: problem.1)) }
    }
    guard problems.isEmpty else { throw HarnessError(.invalidInput, problems.map(\.description)) }
    return found
  }

  private static func problem(_ path: String) -> (String, hint: String)? {
    guard let bytes = FileManager.default.contents(atPath: path) else {
      return ("cannot be read", "paths are relative to the profile")
    }
    guard !bytes.isEmpty, bytes.range(of: Data("-----BEGIN ".utf8)) != nil else {
      return (
        "holds nothing in PEM form",
        "it should begin with -----BEGIN; openssl x509 -inform der -out FILE.pem turns DER into it"
      )
    }
    return nil
  }
}
