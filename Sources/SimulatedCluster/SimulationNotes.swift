package import KubernetesObjects
import KubernetesValidation

/// Something in a manifest that the simulated cluster does not do as Kubernetes would, and what that costs.
package struct SimulationNote: Sendable, Equatable {
  /// The index of the object.
  package let object: Int
  /// The path of the field; empty for the object as a whole.
  package let field: String
  package let text: String
}

/// Names what the simulated cluster does not honour, once for each object or field.
package enum SimulationNotes {
  /// - Parameters:
  ///   - metrics: the names of the custom and external metrics that are declared.
  ///   - areWhole: whether what the objects refer to has to be among them.
  package static func notes(
    on objects: [JSONValue], metrics: Set<String> = [], areWhole: Bool = true
  ) -> [SimulationNote] {
    let ofEach = objects.enumerated().flatMap { index, object in
      notes(on: object, metrics: metrics).map { SimulationNote(object: index, field: $0.field, text: $0.text) }
    }
    return ofEach + (areWhole ? missingNotes(on: objects) : []) + IngressNotes.notesOnPaths(of: objects)
      + ServiceNotes.notes(on: objects)
  }

  /// Why an Ingress among the objects sends requests without TLS to https; `nil` where none does.
  ///
  /// - Parameter host: with or without a port.
  package static func redirectToTLS(host: String, _ objects: [JSONValue]) -> String? {
    IngressNotes.redirect(host: IngressDestination.withoutPort(host), by: objects)
  }

  private static func notes(on object: JSONValue, metrics: Set<String>) -> [(field: String, text: String)] {
    let name = object["metadata", "name"]?.string ?? ""
    let kindName = object["kind"]?.string ?? ""
    let title = "\(kindName) \"\(name)\""
    let version = object["apiVersion"]?.string ?? ""
    if ObjectKind(apiVersion: version, kind: kindName) == .custom {
      return [
        ("", "the custom resource \(title) (\(version)) is passed over: the simulated cluster runs nothing for it")
      ]
    }
    guard let kind = ClusterKind.kept(manifest: object)?.kind else {
      return [("", "the \(title) is passed over: the simulated cluster keeps no such objects")]
    }
    switch kind {
    case .daemonSet, .replicationController:
      return [("", "the \(title) is stored, but its pods are not started")]
    case .cronJob: return [("", "the \(title) is stored, but not run: no Job is made of it when its time comes")]
    case .job: return podNotes(object) + jobNotes(object)
    case .deployment, .replicaSet: return podNotes(object)
    case .pod: return podNotes(object, at: ["spec"])
    case .resourceQuota: return quotaNotes(object)
    case .statefulSet: return podNotes(object) + statefulSetNotes(object)
    case .ingress: return IngressNotes.notes(on: object)
    case .service where object["spec", "sessionAffinity"] == "ClientIP":
      return [
        (
          "spec.sessionAffinity",
          "an Ingress sends to the pods itself, so that this counts for nothing, as with ingress-nginx; where connections are "
            + "balanced (ingress.balances: connections), all of the load go to one pod, since it is one client"
        )
      ]
    case .autoscaler: return autoscalerNotes(object, declared: metrics)
    case .clusterRole where object["aggregationRule"] != nil:
      return [
        (
          "aggregationRule",
          "ClusterRoles are not aggregated here: \(title) has the rules that are written in it and no others"
        )
      ]
    default: return []
    }
  }

  /// What a quota counts that controllers make, which do not ask for it here.
  private static func quotaNotes(_ object: JSONValue) -> [(field: String, text: String)] {
    let made: [ClusterKind] = [.controllerRevision, .endpointSlice, .event]
    return (object["spec", "hard"]?.object ?? [:]).keys.sorted().compactMap { resource in
      let kinds = ClusterKind.allCases.filter { $0.isNamespaced && QuotaSubject.isCounted(resource, of: $0) }
      if kinds.isEmpty { return ("spec.hard.\(resource)", "nothing of this is counted here") }
      return kinds.allSatisfy(made.contains)
        ? ("spec.hard.\(resource)", "it is counted, but holds nobody back here who makes some for others") : nil
    }
  }

  private static func jobNotes(_ object: JSONValue) -> [(field: String, text: String)] {
    var notes: [(field: String, text: String)] = []
    let container = object["spec", "template", "spec", "containers"]?[0]
    if let container, !ContainerTask.isTold(container) {
      notes.append(
        (
          "spec.template.spec.containers[0]",
          "how long this takes cannot be told from the manifest: it is taken to end well after 5 s"
        ))
    }
    if object["spec", "completionMode"] == "Indexed" {
      notes.append(("spec.completionMode", "the pods get no index here: they are counted as in NonIndexed"))
    }
    for field in ["podFailurePolicy", "successPolicy", "backoffLimitPerIndex", "maxFailedIndexes"]
    where object["spec"]?[field] != nil {
      notes.append(("spec.\(field)", "it is not acted on here"))
    }
    return notes
  }

  private static func statefulSetNotes(_ object: JSONValue) -> [(field: String, text: String)] {
    var notes: [(field: String, text: String)] = []
    let field = "spec.updateStrategy.rollingUpdate.maxUnavailable"
    if object["spec", "updateStrategy", "rollingUpdate", "maxUnavailable"] != nil {
      notes.append(
        (
          field,
          "it is honoured here, as by Kubernetes from 1.37 on; before (but for 1.35.0 to 1.35.3) a cluster drops it and "
            + "replaces one pod at a time, unless its feature gate MaxUnavailableStatefulSet is on"
        ))
    }
    if object["spec", "volumeClaimTemplates"]?.array?.isEmpty == false {
      notes.append(
        (
          "spec.volumeClaimTemplates",
          "claims are bound at once here; in a cluster pods become ready later by what their volumes take to be made and "
            + "attached"
        ))
    }
    return notes
  }

  private static func autoscalerNotes(
    _ object: JSONValue, declared: Set<String>
  ) -> [(field: String, text: String)] {
    let metrics = OlderAutoscaler.version2(of: object)["spec", "metrics"]?.array ?? []
    return metrics.enumerated().compactMap { index, metric in
      guard let type = metric["type"]?.string, ["Pods", "Object", "External"].contains(type) else { return nil }
      let name = metric[type.lowercased(), "metric", "name"]?.string ?? ""
      guard !declared.contains(name) else { return nil }
      return (
        "spec.metrics[\(index)]",
        "there is no metric \"\(name)\" of the type \(type) here: it fails in each sync, so the HPA may scale up by its other "
          + "metrics but never down; say under cluster.simulated.metrics where it comes from"
      )
    }
  }
}
