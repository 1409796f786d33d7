import KubernetesClient
import KubernetesObjects
import Profiles
import RunTimeline
import SimulatedCluster

/// The roles that give what a run of a profile needs, and nothing else, as manifests.
struct NeededRoles {
  let rights: [AccessRight]
  /// What a run can do without.
  let optional: [AccessRight]
  let namespace: String

  private static let name = "scaleproof"

  /// A Role for the namespace, and a ClusterRole where something of no namespace or of all is needed.
  var text: String {
    let own = Self.rules(rights.filter { $0.namespace != nil })
    let further =
      optional.isEmpty ? "" : "  # What a run can do without; it says once what that costs.\n" + Self.rules(optional)
    let wide = Self.rules(rights.filter { $0.namespace == nil })
    let head = "apiVersion: rbac.authorization.k8s.io/v1\n"
    var documents = [
      "\(head)kind: Role\nmetadata: {name: \(Self.name), namespace: \(namespace)}\nrules:\n" + own + further
    ]
    if !wide.isEmpty { documents.append("\(head)kind: ClusterRole\nmetadata: {name: \(Self.name)}\nrules:\n" + wide) }
    return documents.joined(separator: "---\n")
  }

  /// One rule for each resource, and one for each of its objects that is named.
  private static func rules(_ rights: [AccessRight]) -> String {
    var places: [AccessRight] = []
    for right in rights where !places.contains(where: { $0.isAboutSame(as: right) }) { places.append(right) }
    return places.map { place in
      let verbs = AccessRight.Verb.allCases.filter { verb in
        rights.contains { $0.isAboutSame(as: place) && $0.verb == verb }
      }
      let group = place.resource.group.isEmpty ? "\"\"" : place.resource.group
      let resource = place.resource.plural + (place.subresource.map { "/\($0)" } ?? "")
      let names = place.name.map { ", resourceNames: [\($0)]" } ?? ""
      return "  - {apiGroups: [\(group)], resources: [\(resource)]\(names), "
        + "verbs: [\(verbs.map(\.rawValue).joined(separator: ", "))]}\n"
    }.joined()
  }
}

extension AccessRight {
  fileprivate func isAboutSame(as other: AccessRight) -> Bool {
    resource == other.resource && subresource == other.subresource && name == other.name
  }
}

/// Prints the roles of a profile.
package struct RolesSession {
  let profile: String
  let changes: [String]
  let fixed: Bool
  /// In place of that of the profile.
  let namespace: String?

  package init(profile: String, changes: [String], fixed: Bool, namespace: String?) {
    self.profile = profile
    self.changes = changes
    self.fixed = fixed
    self.namespace = namespace
  }

  /// - Throws: ``HarnessError`` where the profile watches no cluster, or nothing tells the namespace.
  package func execute() throws -> ExitStatus {
    StandardOutput.write(try text())
    return .passed
  }

  func text() throws -> String {
    let loaded = try LoadedProfile(path: profile, changes: changes, fixed: fixed)
    guard let reference = loaded.profile.cluster else {
      throw HarnessError(.usage, "\(profile): the profile names no cluster, so that it needs no rights")
    }
    var found = namespace ?? reference.namespace
    if found == nil, case .simulated(let simulation) = reference.kind {
      found = try SimulatedWorld.cluster(loaded, simulation).mainNamespace
    }
    guard let namespace = found else {
      throw HarnessError(
        .usage, "\(profile): the namespace is that of a context, which is not read: name it with --namespace")
    }
    let cluster = ClusterDescription(context: "", namespace: namespace, workloads: reference.workloads)
    let needed = NeededRights(
      cluster: cluster, actions: loaded.profile.actions, configs: loaded.profile.judgedConfigs)
    return NeededRoles(rights: needed.all, optional: needed.optional, namespace: namespace).text
  }
}
