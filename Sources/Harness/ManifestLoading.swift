import Foundation
import KubernetesObjects
import Profiles
import SimulatedCluster

/// Reads manifests from files and folders.
enum ManifestLoading {
  /// All objects of the files, in the order of the paths; of a folder, its YAML files in the order of their names.
  ///
  /// - Parameter changes: `manifests.KIND.PATH=VALUE`, each.
  /// - Throws: ``HarnessError`` with every problem.
  static func read(_ paths: [String], changes: [String]) throws(HarnessError) -> [ClusterManifest] {
    var documents: [Manifest] = []
    var problems: [String] = []
    for path in paths {
      for file in try files(at: path) {
        let text = try LoadedProfile.text(of: file, what: "the manifest")
        do {
          documents += try ManifestReader.read(text: text, source: file)
        } catch {
          problems += error.problems.map(\.description)
        }
      }
    }
    for change in changes {
      do {
        try ManifestOverride(change).apply(to: &documents)
      } catch {
        problems.append(error.description)
      }
    }
    guard problems.isEmpty else { throw HarnessError(.invalidInput, problems) }
    return documents.map { ClusterManifest(source: $0.source, object: $0.node) }
  }

  private static func files(at path: String) throws(HarnessError) -> [String] {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw HarnessError(.invalidInput, "\(path): the manifest cannot be read: no such file or folder")
    }
    guard isFolder.boolValue else { return [path] }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    let files = names.filter { $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") }.sorted()
    guard !files.isEmpty else {
      throw HarnessError(.invalidInput, "\(path): the folder holds no manifest (*.yaml)")
    }
    return files.map { path + "/" + $0 }
  }
}
