import Foundation
import KubernetesObjects

@testable import SimulatedCluster

/// Something that is done to the simulated cluster, at a time of the recording.
struct StoryDeed {
  enum Kind {
    /// Creates an object, or gives it this spec; `replicas` says whether its size is meant too.
    case apply(resource: String, object: JSONValue, manager: String, replicas: Bool)
    case scale(resource: String, namespace: String, name: String, replicas: Int, manager: String)
    case delete(resource: String, namespace: String, name: String)
    case endPod(ToldStory.PodNumber)
    case findReady(ToldStory.PodNumber, Bool)
    case offer(service: String, rate: Double)
    /// How long the next sync of the autoscaler takes, in seconds.
    case pace(Double)
    case scripted(StoryScript.Deed)
  }

  let time: Double
  let kind: Kind

  /// Whether it creates or changes an object of a kind.
  func makes(_ plural: String) -> Bool {
    if case .apply(let resource, _, _, _) = kind { resource == plural } else { false }
  }
}

extension ToldStory {
  /// What people write of what is recorded; pods only where nobody owns them.
  private static let kinds: [String: ClusterKind] = [
    "horizontalpodautoscalers": .autoscaler, "deployments": .deployment, "statefulsets": .statefulSet,
  ]

  /// What others than controllers wrote: the objects that the recording began with, and each change of their specs.
  func writes(firstSyncs: [String: Double]) -> [StoryDeed] {
    var deeds: [StoryDeed] = []
    for resource in Self.kinds.keys.sorted() {
      var current: [String: JSONValue] = [:]
      for line in lines(of: resource) {
        let key = "\(line.object.namespace)/\(line.object.name)"
        let before = current[key]
        current[key] = line.change == .deleted ? nil : line.object
        switch line.change {
        case .listed:
          let created = firstSyncs[key].map { $0 - 15 } ?? time(of: line.object.metadata["creationTimestamp"]) ?? 0
          deeds += creation(of: line.object, resource, at: created)
        case .added:
          deeds.append(StoryDeed(time: line.time, kind: application(of: line.object, resource, replicas: true)))
        case .deleted:
          deeds.append(
            StoryDeed(
              time: line.time,
              kind: .delete(resource: resource, namespace: line.object.namespace, name: line.object.name)))
        case .modified:
          guard let before, let write = change(from: before, to: line, resource) else { continue }
          deeds.append(write)
        case .polled, .marked: break
        }
      }
    }
    return deeds + strayPods() + endings() + readinessChanges()
  }

  /// Pods without an owner, which people made and took away.
  private func strayPods() -> [StoryDeed] {
    var deeds: [StoryDeed] = []
    var gone: Set<String> = []
    for line in lines(of: "pods") where line.object.owner == nil {
      let object = line.object
      if line.change == .listed || line.change == .added {
        var manifest: JSONValue = ["apiVersion": "v1", "kind": "Pod", "metadata": ["name": .string(object.name)]]
        manifest.setMember(object.metadata["labels"], at: ["metadata", "labels"])
        manifest.setMember(object.metadata["annotations"], at: ["metadata", "annotations"])
        manifest.setMember(.string(object.namespace), at: ["metadata", "namespace"])
        manifest["spec"] = object["spec"]
        for added in ["nodeName", "tolerations", "priority", "preemptionPolicy", "enableServiceLinks"] {
          manifest.setMember(nil, at: ["spec", added])
        }
        let created = time(of: object.metadata["creationTimestamp"]) ?? 0
        deeds.append(
          StoryDeed(
            time: line.change == .listed ? created : line.time,
            kind: .apply(resource: "pods", object: manifest, manager: writer(of: object), replicas: false)))
      } else if object.metadata["deletionTimestamp"] != nil, gone.insert(object.uid).inserted {
        deeds.append(
          StoryDeed(
            time: line.time, kind: .delete(resource: "pods", namespace: object.namespace, name: object.name)))
      }
    }
    return deeds
  }

  /// What made an object that was there at the beginning: what was applied first, and what was patched since.
  private func creation(of object: JSONValue, _ resource: String, at time: Double) -> [StoryDeed] {
    let kind = application(of: object, resource, replicas: true)
    let name = "kubectl.kubernetes.io/last-applied-configuration"
    let writers = Set(
      (object.metadata["managedFields"]?.array ?? []).filter(isOfPeople).compactMap {
        $0["manager"]?.string
      })
    guard writers.count > 1, let text = object.metadata["annotations"]?[name]?.string,
      var applied = try? JSONValue(json: Data(text.utf8))
    else { return [StoryDeed(time: time, kind: kind)] }
    applied.setMember(.string(text), at: ["metadata", "annotations", name])
    let first = StoryDeed.Kind.apply(
      resource: resource, object: applied, manager: "kubectl-client-side-apply", replicas: true)
    return [StoryDeed(time: time, kind: first), StoryDeed(time: time + 0.2, kind: kind)]
  }

  private func isOfPeople(_ entry: JSONValue) -> Bool {
    entry["subresource"] == nil && entry["manager"]?.string != "kube-controller-manager"
  }

  private func change(from before: JSONValue, to line: Line, _ resource: String) -> StoryDeed? {
    let isSpec = written(before, resource, sized: false) != written(line.object, resource, sized: false)
    let isSize =
      before["spec", "replicas"] != line.object["spec", "replicas"]
      && !isRescale(to: line.object["spec", "replicas"]?.int ?? 0, at: line.time)
    guard isSpec || isSize else { return nil }
    let scalers = (line.object.metadata["managedFields"]?.array ?? []).filter {
      $0["subresource"] == "scale" && $0["manager"]?.string != "kube-controller-manager"
    }
    if !isSpec, let manager = scalers.last?["manager"]?.string, let replicas = line.object["spec", "replicas"]?.int {
      return StoryDeed(
        time: line.time,
        kind: .scale(
          resource: resource, namespace: line.object.namespace, name: line.object.name, replicas: replicas,
          manager: manager))
    }
    return StoryDeed(time: line.time, kind: application(of: line.object, resource, replicas: isSize))
  }

  /// Whether an HPA set a size about then.
  private func isRescale(to size: Int, at time: Double) -> Bool {
    lines(of: "horizontalpodautoscalers").contains {
      abs($0.time - time) < 3 && $0.object["status", "desiredReplicas"]?.int == size
    }
      || lines(of: "events").contains {
        abs($0.time - time) < 3 && $0.object["message"]?.string?.hasPrefix("New size: \(size);") == true
      }
  }

  private func application(of object: JSONValue, _ resource: String, replicas: Bool) -> StoryDeed.Kind {
    .apply(
      resource: resource, object: written(object, resource, sized: true), manager: writer(of: object),
      replicas: replicas)
  }

  /// What a person wrote of an object.
  private func written(_ object: JSONValue, _ resource: String, sized: Bool) -> JSONValue {
    var manifest: JSONValue = ["metadata": ["name": .string(object.name), "namespace": .string(object.namespace)]]
    let kind = Self.kinds[resource]
    manifest["apiVersion"] = .string(kind?.resource.apiVersion ?? "")
    manifest["kind"] = .string(kind?.resource.kind ?? "")
    manifest["spec"] = object["spec"]
    if !sized { manifest.setMember(nil, at: ["spec", "replicas"]) }
    manifest.setMember(object.metadata["labels"], at: ["metadata", "labels"])
    let annotations = (object.metadata["annotations"]?.object ?? [:]).filter {
      !$0.key.hasPrefix("deployment.kubernetes.io/")
    }
    if !annotations.isEmpty { manifest.setMember(.object(annotations), at: ["metadata", "annotations"]) }
    return manifest
  }

  /// The last one who wrote it that is no controller.
  private func writer(of object: JSONValue) -> String {
    let entries = (object.metadata["managedFields"]?.array ?? []).filter(isOfPeople)
    let last = entries.max { ($0["time"]?.string ?? "") < ($1["time"]?.string ?? "") }
    return last?["manager"]?.string ?? "unknown"
  }
}
