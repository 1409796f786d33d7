import Foundation
import KubernetesObjects
import Profiles

/// The manifests that actions of a profile apply, read from their files.
struct AppliedManifests {
  private(set) var actions: [PlannedAction]
  /// What in them a simulated cluster does not run as it is written, one line each.
  private(set) var notes: [String] = []

  /// - Parameters:
  ///   - folder: that of the profile, to which paths are relative.
  ///   - place: where a path stands in the profile, for messages.
  /// - Throws: ``HarnessError`` with every problem.
  init(
    of profile: Profile, folder: String, place: (String) -> String
  ) throws(HarnessError) {
    actions = profile.actions
    for index in actions.indices {
      guard case .apply(var apply) = actions[index].kind else { continue }
      let files = apply.manifests.map { LoadedProfile.resolved($0, in: folder) }
      for (path, file) in zip(apply.manifests, files) where !FileManager.default.fileExists(atPath: file) {
        throw HarnessError(
          .invalidInput,
          "\(place(path)): the action \(actions[index].name) applies no such file or folder: \(file); paths are relative "
            + "to the profile")
      }
      let loaded = try ManifestLoading.read(files, changes: [], references: .ignored)
      let nameless = loaded.documents.filter(\.name.isEmpty).map {
        "\($0.source): an object that is applied needs metadata.name"
      }
      guard nameless.isEmpty else { throw HarnessError(.invalidInput, nameless) }
      apply.objects = loaded.documents.map(\.node)
      notes += loaded.notes.filter { !notes.contains($0) }
      actions[index].kind = .apply(apply)
    }
  }
}
