import Foundation
import KubernetesObjects

/// A release of Helm: which revision it has, and what became of that.
struct HelmRelease: Sendable, Equatable {
  let name: String
  let revision: Int
  /// Helm's word: `deployed`, `failed`, `pending-upgrade` …
  let status: String

  /// `helm release web: revision 3, deployed`
  var text: String { "helm release \(name): revision \(revision), \(status)" }

  /// - Parameter json: what `helm status --output json` prints. Its values and manifests are not kept.
  init(name: String, json: Data) throws {
    let printed = try JSONDecoder().decode(JSONValue.self, from: json)
    guard let revision = printed["version"]?.integer, let status = printed["info", "status"]?.string else {
      throw ActionFailure("helm status \(name) printed neither a version nor a status")
    }
    (self.name, self.revision, self.status) = (name, Int(revision), status)
  }
}
