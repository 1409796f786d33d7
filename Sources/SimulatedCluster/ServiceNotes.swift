import KubernetesObjects

/// What the Ingress makes here of Services to whose ports no pod, or nobody knows who, answers.
enum ServiceNotes {
  /// What a Service may select.
  private struct Workload {
    let title: String
    let namespace: String?
    let labels: [String: String]
    let ports: PodPorts
  }

  static func notes(on objects: [JSONValue]) -> [SimulationNote] {
    let workloads = objects.compactMap(workload)
    let ingresses = objects.compactMap { object -> Ingress? in
      guard ClusterKind.kept(manifest: object)?.kind == .ingress else { return nil }
      return try? object.decoded(as: Ingress.self)
    }
    return objects.enumerated().flatMap { index, object -> [SimulationNote] in
      guard ClusterKind.kept(manifest: object)?.kind == .service, let service = try? object.decoded(as: Service.self)
      else { return [] }
      let isRouted = ingresses.contains {
        $0.metadata.namespace == service.metadata.namespace && $0.backendServices.contains(service.metadata.name ?? "")
      }
      if isRouted, let reason = reasonOfNoPods(service) {
        return [SimulationNote(object: index, field: reason.field, text: reason.text)]
      }
      let selected = workloads.filter {
        $0.namespace == service.metadata.namespace && service.sendsTo(podsWith: $0.labels)
      }
      return (service.spec.ports ?? []).enumerated().compactMap { place, port in
        note(on: port, of: selected).map {
          SimulationNote(object: index, field: "spec.ports[\(place)].targetPort", text: $0)
        }
      }
    }
  }

  private static func workload(_ object: JSONValue) -> Workload? {
    let kinds: [ClusterKind] = [.deployment, .replicaSet, .statefulSet, .pod]
    guard let kind = ClusterKind.kept(manifest: object)?.kind, kinds.contains(kind),
      let template = kind == .pod ? object : object["spec", "template"]
    else { return nil }
    return Workload(
      title: "\(kind.resource.kind) \(object["metadata", "name"]?.string ?? "")",
      namespace: object["metadata", "namespace"]?.string,
      labels: (template["metadata", "labels"]?.object ?? [:]).compactMapValues(\.string),
      ports: PodPorts(template["spec"] ?? [:]))
  }

  /// Why the Ingress has no pods behind a Service whatever those do.
  private static func reasonOfNoPods(_ service: Service) -> (field: String, text: String)? {
    if service.spec.type == "ExternalName" {
      return (
        "spec.type",
        "nothing is known here of a host outside of the cluster: requests that an Ingress leads to this Service get 503"
      )
    }
    guard service.spec.selector?.isEmpty ?? true else { return nil }
    return (
      "spec",
      "it has no selector, and the Ingress here does not follow EndpointSlices that somebody else writes: requests that it "
        + "leads to this Service get 503"
    )
  }

  private static func note(on port: Service.Port, of workloads: [Workload]) -> String? {
    guard port.protocol ?? "TCP" == "TCP", port.targetPort?.string?.isEmpty ?? true else { return nil }
    let number = port.targetPort?.int ?? port.port
    if let deaf = workloads.first(where: { !$0.ports.answers(on: number) }), let known = deaf.ports.listening {
      let list = known.sorted().map { "\($0)" }.joined(separator: ", ")
      return
        "nothing listens on \(number) in the pods of \(deaf.title), by the ports that their containers declare or are probed "
        + "at (\(list)): connections are refused, and requests get 502; where the application does listen there, declare it "
        + "as a containerPort"
    }
    guard let silent = workloads.first(where: { $0.ports.listening == nil }) else { return nil }
    return
      "no container of \(silent.title) declares a port, so its pods are taken to listen on \(number); declare containerPort to "
      + "have it checked"
  }
}
