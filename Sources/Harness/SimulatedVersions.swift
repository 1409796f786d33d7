import KubernetesObjects
import Profiles
import SimulatedCluster

/// Whether the versions that a profile says something of are those of an image: what is said of another one would go unheard.
struct SimulatedVersions {
  let profile: Profile
  let manifests: [ClusterManifest]

  /// One line for each version that no image has.
  var problems: [String] {
    guard case .simulated(let simulation)? = profile.cluster?.kind else { return [] }
    var named = simulation.versions.keys.sorted().map { ("cluster.simulated.versions", $0) }
    for (name, metric) in simulation.metrics.sorted(by: { $0.key < $1.key }) {
      guard case .backlog(_, _, let notBy) = metric else { continue }
      named += notBy.map { ("cluster.simulated.metrics.\(name).backlog.notBy", $0) }
    }
    for (index, fault) in simulation.faults.enumerated() {
      switch fault.kind {
      case .application(_, let version?):
        named.append(("cluster.simulated.faults[\(index)].application.version", version))
      // Whatever image it brings, it is not known here.
      case .write: return []
      default: break
      }
    }
    // Nor is what a program brings.
    if profile.runsPrograms { return [] }
    let known = versions
    return named.filter { !known.contains($0.1) }.map { path, version in
      "\(profile.source): \(path): no image has the tag \"\(version)\"; "
        + "the manifests and actions have \(known.sorted().joined(separator: ", "))"
    }
  }

  /// The tags of all images in manifests and actions.
  private var versions: Set<String> {
    func images(_ object: JSONValue) -> [String] {
      (object["spec", "template", "spec", "containers"]?.array ?? []).compactMap { $0["image"]?.string }
    }
    let ofManifests = manifests.flatMap { images($0.object) }
    let ofActions = profile.actions.flatMap { action -> [String] in
      switch action.kind {
      case .setImage(let images): Array(images.values)
      case .apply(let apply): apply.objects.flatMap(images)
      default: []
      }
    }
    return Set((ofManifests + ofActions).map(ClusterSimulation.version(ofImage:)))
  }
}
