package import KubernetesObjects
import Units

/// References between the objects of a set of manifests that lead nowhere.
///
/// The API server stores such objects, and what they are for never happens: an Ingress answers 503, an HPA reports
/// FailedGetScale.
package struct ReferenceFinding: Sendable, Equatable {
  package enum Weight: Sendable, Equatable {
    /// What the manifests are for cannot work.
    case broken
    /// It concerns nothing that is driven or observed, so far as the manifests tell.
    case unused
    /// The object is there twice, so that the API server refuses one of them.
    case twice
  }

  /// The index of the object.
  package let object: Int
  package let problem: FieldProblem
  package let weight: Weight
}

/// Looks for references that lead nowhere: Ingress to Service, to its port, to pods and their ports; HPA to its target; and
/// for objects that are there twice.
package struct ReferenceCheck {
  private struct Known {
    let index: Int
    let object: JSONValue
    let kind: String
    let namespace: String
    let name: String
  }

  private let objects: [Known]

  package init(_ objects: [JSONValue]) {
    self.objects = objects.enumerated().map { index, object in
      Known(
        index: index, object: object, kind: object["kind"]?.string ?? "",
        namespace: object["metadata", "namespace"]?.string ?? "default", name: object["metadata", "name"]?.string ?? "")
    }
  }

  package var findings: [ReferenceFinding] {
    let routed = ingresses
    return duplicates + routed.findings + services(routed: routed.services) + autoscalers
  }

  private var duplicates: [ReferenceFinding] {
    var seen: Set<String> = []
    return objects.compactMap { known in
      let version = known.object["apiVersion"]?.string ?? ""
      let group = version.contains("/") ? version.prefix { $0 != "/" } : ""
      guard !known.name.isEmpty, !seen.insert("\(group) \(known.kind) \(known.namespace) \(known.name)").inserted else {
        return nil
      }
      return ReferenceFinding(
        object: known.index,
        problem: FieldProblem(
          field: "metadata.name", reason: .duplicate,
          detail: "the \(known.kind) \"\(known.name)\" already exists: it is in the manifests twice",
          hint: "leave one of them out"), weight: .twice)
    }
  }

  private func named(_ kind: String, in namespace: String) -> [Known] {
    objects.filter { $0.kind == kind && $0.namespace == namespace }
  }

  private func absent(_ what: String, _ name: String, at field: String, among names: [String]) -> FieldProblem {
    let hint =
      Spelling.nearest(to: name, among: names).map { "did you mean \"\($0)\"?" }
      ?? (names.isEmpty ? "there is none" : "there are: \(names.sorted().joined(separator: ", "))")
    return FieldProblem(field: field, reason: .notFound, detail: "Not found: \"\(name)\": \(what)", hint: hint)
  }

  // MARK: Ingress to Service

  private var ingresses: (findings: [ReferenceFinding], services: Set<Int>) {
    var findings: [ReferenceFinding] = []
    var services: Set<Int> = []
    for ingress in objects where ingress.kind == "Ingress" {
      for (field, backend) in Self.backends(of: ingress.object) {
        guard let name = backend["name"]?.string else { continue }
        let known = named("Service", in: ingress.namespace)
        guard let service = known.first(where: { $0.name == name }) else {
          let problem = absent(
            "no manifest has a Service of this name in the namespace \(ingress.namespace)", name, at: "\(field).name",
            among: known.map(\.name))
          findings.append(ReferenceFinding(object: ingress.index, problem: problem, weight: .broken))
          continue
        }
        services.insert(service.index)
        if let problem = portProblem(backend["port"] ?? .null, of: service, at: "\(field).port") {
          findings.append(ReferenceFinding(object: ingress.index, problem: problem, weight: .broken))
        }
      }
    }
    return (findings, services)
  }

  private static func backends(of ingress: JSONValue) -> [(field: String, service: JSONValue)] {
    var found: [(String, JSONValue)] = []
    if let service = ingress["spec", "defaultBackend", "service"] {
      found.append(("spec.defaultBackend.service", service))
    }
    for (ruleIndex, rule) in (ingress["spec", "rules"]?.array ?? []).enumerated() {
      for (pathIndex, path) in (rule["http", "paths"]?.array ?? []).enumerated() {
        guard let service = path["backend", "service"] else { continue }
        found.append(("spec.rules[\(ruleIndex)].http.paths[\(pathIndex)].backend.service", service))
      }
    }
    return found
  }

  private func portProblem(_ port: JSONValue, of service: Known, at field: String) -> FieldProblem? {
    let ports = service.object["spec", "ports"]?.array ?? []
    if let number = port["number"]?.integer {
      guard !ports.contains(where: { $0["port"]?.integer == number }) else { return nil }
      return absent(
        "the Service \"\(service.name)\" has no such port", String(number), at: "\(field).number",
        among: ports.compactMap { $0["port"]?.integer.map { String($0) } })
    }
    guard let name = port["name"]?.string, !ports.contains(where: { $0["name"]?.string == name }) else { return nil }
    return absent(
      "the Service \"\(service.name)\" has no port of this name", name, at: "\(field).name",
      among: ports.compactMap { $0["name"]?.string })
  }

  // MARK: Service to pods

  private struct Pods {
    let namespace: String
    let labels: [String: String]
    let spec: JSONValue
  }

  private var pods: [Pods] {
    objects.compactMap { known in
      let template: JSONValue? =
        switch known.kind {
        case "Pod": known.object
        case "CronJob": known.object["spec", "jobTemplate", "spec", "template"]
        default: known.object["spec", "template"]
        }
      guard let template, let spec = template["spec"] else { return nil }
      let labels = template["metadata", "labels"]?.object?.compactMapValues(\.string) ?? [:]
      return Pods(namespace: known.namespace, labels: labels, spec: spec)
    }
  }

  private func services(routed: Set<Int>) -> [ReferenceFinding] {
    let pods = pods
    return objects.filter { $0.kind == "Service" }.flatMap { service -> [ReferenceFinding] in
      let selector = service.object["spec", "selector"]?.object?.compactMapValues(\.string) ?? [:]
      guard !selector.isEmpty, service.object["spec", "type"]?.string != "ExternalName" else { return [] }
      let weight: ReferenceFinding.Weight = routed.contains(service.index) ? .broken : .unused
      let selected = pods.filter {
        $0.namespace == service.namespace && LabelSelector(matchLabels: selector).matches($0.labels)
      }
      guard !selected.isEmpty else {
        let text = selector.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
        let problem = FieldProblem(
          field: "spec.selector", reason: .notFound,
          detail:
            "Not found: \"\(text)\": no pod of the manifests in the namespace \(service.namespace) has these labels")
        return [ReferenceFinding(object: service.index, problem: problem, weight: weight)]
      }
      return targetPorts(of: service, selected: selected).map {
        ReferenceFinding(object: service.index, problem: $0, weight: weight)
      }
    }
  }

  /// Ports by name must be named by a container, with the same protocol; numbers need not be.
  private func targetPorts(of service: Known, selected: [Pods]) -> [FieldProblem] {
    (service.object["spec", "ports"]?.array ?? []).enumerated().compactMap { index, port in
      guard let name = port["targetPort"]?.string else { return nil }
      let transport = port["protocol"]?.string ?? "TCP"
      let names = selected.flatMap { pod in
        let sidecars = (pod.spec["initContainers"]?.array ?? []).filter { $0["restartPolicy"] == "Always" }
        return ((pod.spec["containers"]?.array ?? []) + sidecars).flatMap {
          ($0["ports"]?.array ?? []).filter { $0["protocol"]?.string ?? "TCP" == transport }
            .compactMap { $0["name"]?.string }
        }
      }
      guard !names.contains(name) else { return nil }
      return absent(
        "no container of the pods that the Service selects has a \(transport) port of this name", name,
        at: "spec.ports[\(index)].targetPort", among: Array(Set(names)))
    }
  }

  // MARK: HPA to its target

  private var autoscalers: [ReferenceFinding] {
    objects.filter { $0.kind == "HorizontalPodAutoscaler" }.compactMap { autoscaler in
      guard let target = autoscaler.object["spec", "scaleTargetRef"], let kind = target["kind"]?.string,
        let name = target["name"]?.string
      else { return nil }
      func broken(_ problem: FieldProblem) -> ReferenceFinding {
        ReferenceFinding(object: autoscaler.index, problem: problem, weight: .broken)
      }
      let version = target["apiVersion"]?.string ?? ""
      switch ObjectKind(apiVersion: version, kind: kind) {
      case .custom, .unlisted: return nil
      case .unknown(let message, let hint):
        let field = version.isEmpty ? "apiVersion" : "kind"
        return broken(
          FieldProblem(field: "spec.scaleTargetRef.\(field)", reason: .notFound, detail: message, hint: hint))
      case .known: break
      }
      let known = named(kind, in: autoscaler.namespace)
      guard !known.contains(where: { $0.name == name }) else { return nil }
      return broken(
        absent(
          "no manifest has a \(kind) of this name in the namespace \(autoscaler.namespace)", name,
          at: "spec.scaleTargetRef.name", among: known.map(\.name)))
    }
  }
}
