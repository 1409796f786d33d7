import KubernetesObjects
import Profiles
import SimulatedCluster
import Units

/// Whether the names in a profile are those of the workload, its autoscaler, its containers.
///
/// A rollout of an image to a container that is not there would add that container to the workload, as a strategic
/// merge patch does with names that it does not know.
struct WorkloadNames {
  let profile: Profile

  /// What is wrong with the images of actions, given the workload that they are for.
  func problems(in workload: Workload, of watched: WatchedWorkload) -> [String] {
    let containers = workload.template.spec.containers?.map(\.name) ?? []
    return profile.actions.filter { $0.workload == watched.name }.flatMap { action -> [String] in
      guard case .setImage(let images) = action.kind else { return [] }
      return images.keys.sorted().filter { !containers.contains($0) }.map { name in
        "\(profile.source): the action \(action.name) sets the image of the container \(name), which "
          + "\(workload.kind.rawValue)/\(workload.metadata.name ?? "") does not have; "
          + Self.hint(name, among: containers)
      }
    }
  }

  /// What is wrong with the autoscaler of the profile, given all those of the namespace: it scales another workload, or
  /// others scale its workload as well, which stops them all
  /// (Kubernetes 1.36, pkg/controller/podautoscaler/horizontal.go, `validateAndParseSelector`).
  func problems(in autoscalers: [HorizontalPodAutoscaler], of watched: WatchedWorkload) -> [String] {
    guard let name = watched.autoscaler else { return [] }
    let own = autoscalers.first { $0.metadata.name == name }
    if let problem = own?.misdirection(from: watched.reference) {
      return ["\(profile.source): \(Self.path(of: watched)).hpa: \(problem)"]
    }
    let others = Set(autoscalers.filter { $0.scales(watched.reference) }.compactMap(\.metadata.name))
      .subtracting([name]).sorted().map { "hpa/\($0)" }
    guard !others.isEmpty else { return [] }
    return [
      "\(profile.source): \(Self.path(of: watched)).hpa: hpa/\(name) is not the only one that scales "
        + "\(watched.reference.text): "
        + "\(others.joined(separator: ", ")) \(others.count == 1 ? "does" : "do") so too, and the controller stops all "
        + "of them (AmbiguousSelector): leave one of them"
    ]
  }

  /// What is wrong with the autoscalers of the profile, given the manifests of a simulated cluster.
  func problemsOfAutoscalers(in manifests: [ClusterManifest]) -> [String] {
    let autoscalers = manifests.map(\.object).filter { $0["kind"]?.string == HorizontalPodAutoscaler.resource.kind }
    return (profile.cluster?.workloads.all ?? []).flatMap { watched in
      problems(in: ListedAutoscalers(autoscalers, workload: watched.reference).readable, of: watched)
    }
  }

  /// What is wrong with the names of the cluster's objects, given the manifests of a simulated one.
  func problems(in manifests: [ClusterManifest]) -> [String] {
    (profile.cluster?.workloads.all ?? []).flatMap { problems(in: manifests, of: $0) }
  }

  private func problems(in manifests: [ClusterManifest], of watched: WatchedWorkload) -> [String] {
    let path = Self.path(of: watched)
    func named(_ kind: String) -> [String] {
      manifests.filter { $0.object["kind"]?.string == kind }.compactMap { $0.object["metadata", "name"]?.string }
    }
    var problems: [String] = []
    let (kind, name) = (watched.reference.kind, watched.reference.name)
    if !named(kind.title).contains(name) {
      problems.append(
        "\(profile.source): \(path).workload: no manifest has a \(kind.title) named \(name); "
          + Self.hint(name, among: named(kind.title)))
    }
    if let autoscaler = watched.autoscaler, !named("HorizontalPodAutoscaler").contains(autoscaler) {
      problems.append(
        "\(profile.source): \(path).hpa: no manifest has a HorizontalPodAutoscaler named \(autoscaler); "
          + Self.hint(autoscaler, among: named("HorizontalPodAutoscaler")))
    }
    for manifest in manifests where manifest.object["kind"]?.string == kind.title {
      guard manifest.object["metadata", "name"]?.string == name,
        let workload = try? Workload(kind, json: manifest.object.json())
      else { continue }
      problems += self.problems(in: workload, of: watched)
    }
    return problems
  }

  /// Where the profile names it.
  private static func path(of watched: WatchedWorkload) -> String {
    "cluster" + (watched.name.map { ".workloads.\($0)" } ?? "")
  }

  private static func hint(_ name: String, among names: [String]) -> String {
    if let nearest = Spelling.nearest(to: name, among: names) { return "did you mean \(nearest)?" }
    return names.isEmpty ? "there is none" : "there are: \(names.sorted().joined(separator: ", "))"
  }
}
