import Foundation
import KubernetesObjects
import KubernetesValidation
import Profiles
import SimulatedCluster

/// The objects of manifests, and what is to be said of them.
struct LoadedManifests: Sendable {
  var objects: [ClusterManifest] = []
  /// The same with the places of their fields.
  var documents: [Manifest] = []
  /// What is not run as it is written, one line each.
  var notes: [String] = []
}

/// Reads manifests from files and folders, and refuses what the API server would refuse.
enum ManifestLoading {
  /// How references that lead nowhere are taken.
  enum References {
    /// They are refused: what is judged would not be what was meant.
    case refused
    /// They are named: Kubernetes takes such objects too, and an Ingress answers 503.
    case named
    /// They are left alone, and so is what is not there: the objects are applied to what is in the cluster already.
    case ignored
  }

  /// All objects of the files, in the order of the paths; of a folder, its YAML files in the order of their names.
  ///
  /// - Parameters:
  ///   - changes: `manifests.KIND.PATH=VALUE`, each.
  ///   - metrics: the names of the custom and external metrics that are declared.
  /// - Throws: ``HarnessError`` with every problem.
  static func read(
    _ paths: [String], changes: [String], references: References = .refused, metrics: Set<String> = []
  ) throws(HarnessError) -> LoadedManifests {
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
    return try checked(
      documents, changes: changes, references: references, metrics: metrics, problems: problems)
  }

  /// The objects with the changes made, and checked.
  ///
  /// - Parameters:
  ///   - found: problems that are known already.
  ///   - areRecorded: whether the objects were recorded, without the ConfigMaps and Secrets that they refer to.
  static func checked(
    _ documents: [Manifest], changes: [String], references: References = .refused, metrics: Set<String> = [],
    problems found: [String] = [], areRecorded: Bool = false
  ) throws(HarnessError) -> LoadedManifests {
    var (documents, problems) = (documents, found)
    for change in changes {
      do {
        try ManifestOverride(change).apply(to: &documents)
      } catch {
        problems.append(error.description)
      }
    }
    var notes: [String] = []
    problems += Self.problems(in: documents, references: references, notes: &notes)
    guard problems.isEmpty else { throw HarnessError(.invalidInput, problems) }
    let objects = documents.map { ClusterManifest(source: $0.source, object: $0.node, refersElsewhere: areRecorded) }
    notes += SimulationNotes.notes(
      on: objects.map(\.object), metrics: metrics, areWhole: !areRecorded && references != .ignored
    ).map { note in
      documents[note.object].problem(note.text, at: note.field).description
    }
    return LoadedManifests(objects: objects, documents: documents, notes: notes)
  }

  /// What Kubernetes refuses in the objects, in the order of the files and their lines.
  private static func problems(
    in documents: [Manifest], references: References, notes: inout [String]
  ) -> [String] {
    var found: [(document: Int, problem: ProfileProblem)] = []
    for (index, document) in documents.enumerated() {
      found += document.kindProblem.map { [(index, $0)] } ?? []
      found += ObjectValidation.problems(in: document.node)
        .filter { references != .ignored || $0.reason != .required }.map { (index, document.problem($0)) }
    }
    for finding in ReferenceCheck(documents.map(\.node)).findings {
      let problem = documents[finding.object].problem(finding.problem)
      if finding.weight == .twice || (finding.weight == .broken && references == .refused) {
        found.append((finding.object, problem))
      } else if references != .ignored {
        notes.append(problem.description)
      }
    }
    return found.sorted {
      ($0.document, $0.problem.line ?? 0, $0.problem.column ?? 0) < (
        $1.document, $1.problem.line ?? 0, $1.problem.column ?? 0
      )
    }.map(\.problem.description)
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

extension Manifest {
  /// What the API server has against a field, at its place.
  func problem(_ problem: FieldProblem) -> ProfileProblem {
    let isUnknown = problem.reason == .unknownField
    return place(of: problem.field, ofKey: isUnknown).problem(
      isUnknown ? problem.description : "\(problem.field): \(problem.detail)", hint: problem.hint)
  }

  /// Something about a field, at its place.
  func problem(_ text: String, at field: String) -> ProfileProblem {
    place(of: field).problem(field.isEmpty ? text : "\(field): \(text)")
  }

  /// Why Kubernetes knows no such kind of object, if so.
  var kindProblem: ProfileProblem? {
    guard case .unknown(let message, let hint) = ObjectKind(apiVersion: node["apiVersion"]?.string ?? "", kind: kind)
    else { return nil }
    return place(of: "kind").problem(message, hint: hint)
  }
}
