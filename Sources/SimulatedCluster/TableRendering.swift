import KubernetesObjects
import Units

/// A column of the rows that people see in `kubectl get`.
struct TableColumn: Sendable {
  let name: String
  var type = "string"
  /// Columns over 0 show with `-o wide` only.
  var priority = 0

  var json: JSONValue {
    [
      "name": .string(name), "type": .string(type), "format": name == "Name" ? "name" : "",
      "description": .string(name), "priority": .integer(Int64(priority)),
    ]
  }
}

extension ClusterKind {
  /// Columns as the API server has them (Kubernetes 1.36, pkg/printers/internalversion/printers.go).
  var columns: [TableColumn] {
    let name = TableColumn(name: "Name")
    let age = TableColumn(name: "Age")
    func wide(_ name: String) -> TableColumn { TableColumn(name: name, priority: 1) }
    switch self {
    case .pod:
      return [name] + ["Ready", "Status", "Restarts", "Age"].map { TableColumn(name: $0) }
        + ["IP", "Node", "Nominated Node", "Readiness Gates"].map(wide)
    case .deployment:
      return [name] + ["Ready", "Up-to-date", "Available", "Age"].map { TableColumn(name: $0) }
        + ["Containers", "Images", "Selector"].map(wide)
    case .replicaSet:
      return [name] + ["Desired", "Current", "Ready"].map { TableColumn(name: $0, type: "integer") } + [age]
        + ["Containers", "Images", "Selector"].map(wide)
    case .statefulSet:
      return [name, TableColumn(name: "Ready"), age] + ["Containers", "Images"].map(wide)
    case .controllerRevision:
      return [name, TableColumn(name: "Controller"), TableColumn(name: "Revision", type: "integer"), age]
    case .persistentVolumeClaim:
      return [name]
        + ["Status", "Volume", "Capacity", "Access Modes", "StorageClass", "VolumeAttributesClass", "Age"]
        .map { TableColumn(name: $0) } + [wide("VolumeMode")]
    case .persistentVolume:
      return [name]
        + [
          "Capacity", "Access Modes", "Reclaim Policy", "Status", "Claim", "StorageClass", "VolumeAttributesClass",
          "Reason", "Age",
        ].map { TableColumn(name: $0) } + [wide("VolumeMode")]
    case .autoscaler:
      return [name] + ["Reference", "Targets", "MinPods", "MaxPods", "Replicas", "Age"].map { TableColumn(name: $0) }
    case .service:
      return [name] + ["Type", "Cluster-IP", "External-IP", "Port(s)", "Age"].map { TableColumn(name: $0) }
        + [wide("Selector")]
    case .ingress:
      return [name] + ["Class", "Hosts", "Address", "Ports", "Age"].map { TableColumn(name: $0) }
    case .endpointSlice:
      return [name] + ["AddressType", "Ports", "Endpoints", "Age"].map { TableColumn(name: $0) }
    case .event:
      return ["Last Seen", "Type", "Reason", "Object"].map { TableColumn(name: $0) }
        + [wide("Subobject"), wide("Source"), TableColumn(name: "Message"), wide("First Seen"), wide("Count")]
        + [TableColumn(name: "Name", priority: 1)]
    case .namespace: return [name, TableColumn(name: "Status"), age]
    case .job:
      return [name] + ["Status", "Completions", "Duration", "Age"].map { TableColumn(name: $0) }
        + ["Containers", "Images", "Selector"].map(wide)
    case .limitRange: return [name, TableColumn(name: "Created At")]
    case .podDisruptionBudget:
      return [name, TableColumn(name: "Min Available"), TableColumn(name: "Max Unavailable")]
        + [TableColumn(name: "Allowed Disruptions", type: "integer"), age]
    case .node:
      return [name] + ["Status", "Roles", "Age", "Version"].map { TableColumn(name: $0) }
        + ["Internal-IP", "External-IP", "OS-Image", "Kernel-Version", "Container-Runtime"].map(wide)
    case .resourceQuota: return [name, TableColumn(name: "Request"), TableColumn(name: "Limit"), age]
    default: return storedColumns ?? [name, age]
    }
  }
}

extension ClusterSimulation {
  /// Objects as rows for people.
  func table(
    of objects: [ClusterObject], kind: ClusterKind, version: String?, withColumns: Bool = true
  ) -> JSONValue {
    var metadata = JSONMembers()
    metadata.put("resourceVersion", text: version)
    return [
      "kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": metadata.json,
      "columnDefinitions": withColumns ? .array(kind.columns.map(\.json)) : .null,
      "rows": .array(
        objects.map { object in
          var metadata = object.metadata.json(apiVersion: kind.resource.apiVersion)
          metadata["managedFields"] = object.servedManagedFields
          return [
            "cells": .array(cells(of: object)),
            "object": ["kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": metadata],
          ]
        }),
    ]
  }

  private func age(_ time: KubernetesTime?) -> JSONValue {
    guard let time else { return "<unknown>" }
    return .string(humanDuration(seconds: (preciseDate.microseconds - time.microseconds) / 1_000_000))
  }

  private func cells(of object: ClusterObject) -> [JSONValue] {
    let name = JSONValue.string(object.key.name)
    let age = age(object.metadata.creationTimestamp)
    switch object.content {
    case .pod(let pod): return podCells(pod, name: name, age: age)
    case .deployment(let deployment):
      let status = deployment.status
      return [
        name, .string("\(status?.readyReplicas ?? 0)/\(deployment.spec.replicas ?? 0)"),
        .integer(Int64(status?.updatedReplicas ?? 0)), .integer(Int64(status?.availableReplicas ?? 0)), age,
      ] + templateCells(deployment.spec.template, deployment.spec.selector)
    case .replicaSet(let set):
      return [
        name, .integer(Int64(set.spec.replicas ?? 0)), .integer(Int64(set.status?.replicas ?? 0)),
        .integer(Int64(set.status?.readyReplicas ?? 0)), age,
      ] + templateCells(set.spec.template, set.spec.selector)
    case .statefulSet(let set):
      return [name, .string("\(set.status?.readyReplicas ?? 0)/\(set.spec.replicas ?? 0)"), age]
        + templateCells(set.spec.template, nil).prefix(2)
    case .autoscaler(let autoscaler): return autoscalerCells(autoscaler, name: name, age: age)
    case .service(let service):
      let ports = (object.written["spec"]?["ports"]?.array ?? []).map { port in
        let node = port["nodePort"]?.integer.map { ":\($0)" } ?? ""
        return "\(port["port"]?.integer ?? 0)\(node)/\(port["protocol"]?.string ?? "TCP")"
      }.joined(separator: ",")
      let outside =
        switch service.spec.type {
        case "LoadBalancer": "<pending>"
        case "ExternalName": object.written["spec"]?["externalName"]?.string ?? "<none>"
        default: "<none>"
        }
      let selector = LabelSelector(matchLabels: service.spec.selector ?? [:]).text
      return [
        name, .string(service.spec.type ?? "ClusterIP"), .string(service.spec.clusterIP ?? "None"), .string(outside),
        .string(ports.isEmpty ? "<none>" : ports), age, .string(selector.isEmpty ? "<none>" : selector),
      ]
    case .ingress(let ingress):
      let hosts = (ingress.spec.rules ?? []).compactMap(\.host)
      return [
        name, .string(ingress.spec.ingressClassName ?? "<none>"),
        .string(hosts.isEmpty ? "*" : hosts.joined(separator: ",")), "",
        .string(object.written["spec"]?["tls"] == nil ? "80" : "80, 443"), age,
      ]
    case .endpointSlice(let slice): return sliceCells(slice, name: name, age: age)
    case .event(let event): return eventCells(event, name: name)
    case .plain(_, let status):
      switch object.kind {
      case .namespace: return [name, status?["phase"] ?? "", age]
      case .job: return jobCells(object, name: name, age: age)
      case .limitRange: return [name, .string(object.metadata.creationTimestamp?.description ?? "<unknown>")]
      case .podDisruptionBudget:
        let spec = object.disruptionBudgetSpec
        return [
          name, .string(spec.minAvailable?.description ?? "N/A"), .string(spec.maxUnavailable?.description ?? "N/A"),
          .integer(Int64(object.disruptionBudgetStatus.disruptionsAllowed)), age,
        ]
      case .node: return nodeCells(object, status: status ?? [:], name: name, age: age)
      case .resourceQuota: return quotaCells(object, status: status, name: name, age: age)
      case .controllerRevision:
        let owner = object.metadata.ownerReferences?.first { $0.controller == true }
        let group = owner?.apiVersion?.split(separator: "/").dropLast().first.map { ".\($0)" } ?? ""
        return [
          name, .string(owner.map { "\($0.kind.lowercased())\(group)/\($0.name)" } ?? "<none>"),
          object.written["revision"] ?? 0, age,
        ]
      case .persistentVolumeClaim, .persistentVolume:
        return volumeCells(object, status: status, name: name, age: age)
      default: return object.storedCells(status: status, name: name, age: age) ?? [name, age]
      }
    }
  }

  private func podCells(_ pod: Pod, name: JSONValue, age: JSONValue) -> [JSONValue] {
    let containers = pod.spec.containers ?? []
    let statuses = pod.status?.containerStatuses ?? []
    var reason = pod.status?.reason ?? pod.status?.phase ?? ""
    for status in statuses.reversed() {
      if let waiting = status.state?.waiting?.reason {
        reason = waiting
      } else if let terminated = status.state?.terminated?.reason {
        reason = terminated
      }
    }
    if pod.isTerminating { reason = "Terminating" }
    let ready = statuses.filter { $0.ready ?? false }.count
    return [
      name, .string("\(ready)/\(containers.count)"), .string(reason),
      .string(String(statuses.reduce(0) { $0 + ($1.restartCount ?? 0) })), age,
      .string(pod.status?.podIP ?? "<none>"), .string(pod.spec.nodeName ?? "<none>"), "<none>", "<none>",
    ]
  }

  private func templateCells(_ template: PodTemplate?, _ selector: LabelSelector?) -> [JSONValue] {
    let containers = template?.spec.containers ?? []
    return [
      .string(containers.map(\.name).joined(separator: ",")),
      .string(containers.map { $0.image ?? "" }.joined(separator: ",")), .string(selector?.text ?? "<none>"),
    ]
  }

  private func jobCells(_ object: ClusterObject, name: JSONValue, age: JSONValue) -> [JSONValue] {
    let (spec, status) = (object.jobSpec, object.jobStatus)
    let state =
      status.holds("Complete")
      ? "Complete"
      : status.holds("Failed")
        ? "Failed"
        : status.holds("Suspended") ? "Suspended" : status.holds("FailureTarget") ? "FailureTarget" : "Running"
    let parallelism = spec.parallelism ?? 1
    let wanted =
      spec.completions.map { "\($0)" } ?? (parallelism > 1 ? "1 of \(parallelism)" : "1")
    let end = status.completionTime?.microseconds ?? preciseDate.microseconds
    let duration = status.startTime.map { humanDuration(seconds: (end - $0.microseconds) / 1_000_000) } ?? ""
    return [name, .string(state), .string("\(status.succeeded)/\(wanted)"), .string(duration), age]
      + templateCells(spec.template, (try? (object.written["spec"]?["selector"] ?? [:]).decoded()))
  }

  private func nodeCells(
    _ object: ClusterObject, status: JSONValue, name: JSONValue, age: JSONValue
  ) -> [JSONValue] {
    let ready = status["conditions"]?.array?.first { $0["type"] == "Ready" }
    let isCordoned = object.written["spec"]?["unschedulable"] == true
    let address = status["addresses"]?.array?.first { $0["type"] == "InternalIP" }?["address"]
    let information = status["nodeInfo"] ?? [:]
    return [
      name, .string((ready?["status"] == "True" ? "Ready" : "NotReady") + (isCordoned ? ",SchedulingDisabled" : "")),
      "<none>", age, information["kubeletVersion"] ?? "", address ?? "<none>", "<none>", information["osImage"] ?? "",
      information["kernelVersion"] ?? "", information["containerRuntimeVersion"] ?? "",
    ]
  }

  private func sliceCells(_ slice: EndpointSlice, name: JSONValue, age: JSONValue) -> [JSONValue] {
    func list(_ values: [String]) -> JSONValue {
      guard !values.isEmpty else { return "<unset>" }
      let more = values.count > 3 ? " + \(values.count - 3) more..." : ""
      return .string(values.prefix(3).joined(separator: ",") + more)
    }
    return [
      name, .string(slice.addressType ?? ""), list((slice.ports ?? []).map { "\($0.port ?? 0)" }),
      list((slice.endpoints ?? []).flatMap { $0.addresses ?? [] }), age,
    ]
  }

  private func eventCells(_ event: Event, name: JSONValue) -> [JSONValue] {
    let reference = event.involvedObject
    let lastSeen = age(event.lastTimestamp)
    let firstSeen = age(event.firstTimestamp)
    let count = event.count ?? 1
    return [
      // How often shows here for a series only, of which controllers tell none.
      lastSeen,
      .string(event.type ?? ""), .string(event.reason ?? ""),
      .string("\(reference.kind?.lowercased() ?? "")/\(reference.name ?? "")"), "",
      .string(event.source?.component ?? ""), .string(event.message ?? ""), firstSeen, .integer(Int64(count)), name,
    ]
  }

  private func volumeCells(
    _ object: ClusterObject, status: JSONValue?, name: JSONValue, age: JSONValue
  ) -> [JSONValue] {
    let spec = object.written["spec"] ?? [:]
    let shortNames = [
      "ReadWriteOnce": "RWO", "ReadOnlyMany": "ROX", "ReadWriteMany": "RWX", "ReadWriteOncePod": "RWOP",
    ]
    let modes = (spec["accessModes"]?.array ?? []).compactMap { $0.string.map { shortNames[$0] ?? $0 } }
    let phase = status?["phase"] ?? ""
    let storageClass = spec["storageClassName"] ?? ""
    let shared: [JSONValue] = [storageClass, spec["volumeAttributesClassName"] ?? "<unset>"]
    let mode = spec["volumeMode"] ?? "<unset>"
    guard object.kind == .persistentVolume else {
      // Until it is bound it has none of these.
      let isBound = phase == "Bound"
      return [
        name, phase, spec["volumeName"] ?? "", status?["capacity", "storage"] ?? "",
        .string(isBound ? modes.joined(separator: ",") : ""),
      ] + shared + [age, mode]
    }
    let claim = spec["claimRef"].map { "\($0["namespace"]?.string ?? "")/\($0["name"]?.string ?? "")" } ?? ""
    return [
      name, spec["capacity", "storage"] ?? "", .string(modes.joined(separator: ",")),
      spec["persistentVolumeReclaimPolicy"] ?? "", phase, .string(claim),
    ] + shared + ["", age, mode]
  }

  private func quotaCells(
    _ object: ClusterObject, status: JSONValue?, name: JSONValue, age: JSONValue
  ) -> [JSONValue] {
    let hard = (object.written["spec"]?["hard"]?.object ?? [:]).sorted { $0.key < $1.key }
    func list(_ limits: Bool) -> JSONValue {
      .string(
        hard.filter { $0.key.hasPrefix("limits.") == limits }.map { resource, limit in
          let used = status?["used"]?[resource]?.string ?? "0"
          return "\(resource): \(used)/\(limit.string ?? limit.integer.map { String($0) } ?? "")"
        }.joined(separator: ", "))
    }
    return [name, list(false), list(true), age]
  }

  private func autoscalerCells(
    _ autoscaler: HorizontalPodAutoscaler, name: JSONValue, age: JSONValue
  ) -> [JSONValue] {
    let reference = autoscaler.spec.scaleTargetRef
    let targets = (autoscaler.spec.metrics ?? []).enumerated().map { index, metric in
      let statuses = autoscaler.status?.currentMetrics ?? []
      let status = statuses.indices.contains(index) ? statuses[index] : nil
      return Self.target(metric, status)
    }
    return [
      name, .string("\(reference.kind)/\(reference.name)"),
      .string(targets.isEmpty ? "<none>" : targets.joined(separator: ", ")),
      .string(String(autoscaler.spec.minReplicas ?? 1)), .integer(Int64(autoscaler.spec.maxReplicas)),
      .integer(Int64(autoscaler.status?.currentReplicas ?? 0)), age,
    ]
  }

  private static func target(_ metric: MetricSpec, _ status: MetricStatus?) -> String {
    if let resource = metric.resource ?? metric.containerResource {
      let current = status?.resource?.current ?? status?.containerResource?.current
      if let average = resource.target.averageValue {
        return "\(resource.name): \(current?.averageValue?.quantity.description ?? "<unknown>")/\(average.quantity)"
      }
      let now = current?.averageUtilization.map { "\($0)%" } ?? "<unknown>"
      return "\(resource.name): \(now)/\(resource.target.averageUtilization.map { "\($0)%" } ?? "<auto>")"
    }
    let named = metric.pods ?? metric.object ?? metric.external
    let current = (status?.pods ?? status?.object ?? status?.external)?.current
    let wanted = named?.target.averageValue ?? named?.target.value
    let now = current?.averageValue ?? current?.value
    return "\(now?.quantity.description ?? "<unknown>")/\(wanted?.quantity.description ?? "<auto>")"
  }
}

/// A length as `kubectl` shows ages: `13s`, `2m5s`, `47m`, `5h3m`, `3d4h`, `12d`
/// (Kubernetes 1.36, apimachinery/pkg/util/duration/duration.go, `HumanDuration`).
func humanDuration(seconds: Int64) -> String {
  if seconds < -1 { return "<invalid>" }
  if seconds < 0 { return "0s" }
  if seconds < 120 { return "\(seconds)s" }
  let minutes = seconds / 60
  if minutes < 10 { return seconds % 60 == 0 ? "\(minutes)m" : "\(minutes)m\(seconds % 60)s" }
  if minutes < 180 { return "\(minutes)m" }
  let hours = minutes / 60
  if hours < 8 { return minutes % 60 == 0 ? "\(hours)h" : "\(hours)h\(minutes % 60)m" }
  if hours < 48 { return "\(hours)h" }
  let days = hours / 24
  if days < 8 { return hours % 24 == 0 ? "\(days)d" : "\(days)d\(hours % 24)h" }
  if days < 730 { return "\(days)d" }
  let years = days / 365
  if years < 8 { return days % 365 == 0 ? "\(years)y" : "\(years)y\(days % 365)d" }
  return "\(years)y"
}
