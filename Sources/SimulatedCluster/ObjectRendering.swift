package import KubernetesObjects

extension ClusterObject {
  /// The object as the API shows it.
  ///
  /// - Parameter typed: whether `apiVersion` and `kind` are there; items of a list have neither.
  package func json(typed: Bool = true) -> JSONValue {
    var result = JSONMembers(written)
    if typed {
      result.put("apiVersion", text: kind.resource.apiVersion)
      result.put("kind", text: kind.resource.kind)
    }
    result.put("metadata", metadata.json(apiVersion: kind.resource.apiVersion))
    switch content {
    case .deployment(let object):
      result.put("spec", spec(replicas: object.spec.replicas))
      result.put("status", object.status?.json ?? [:])
    case .replicaSet(let object):
      result.put("spec", spec(replicas: object.spec.replicas))
      result.put("status", object.status?.json ?? ["replicas": 0])
    case .statefulSet(let object):
      result.put("spec", spec(replicas: object.spec.replicas))
      result.put("status", (object.status ?? StatefulSet.Status()).json)
    case .pod(let object):
      if let nodeName = object.spec.nodeName {
        var spec = written["spec"]
        spec?["nodeName"] = .string(nodeName)
        result.put("spec", spec)
      }
      result.put("status", object.status?.json)
    case .autoscaler(let object):
      result.put("status", object.status?.json ?? ["desiredReplicas": 0, "currentMetrics": .null])
    case .endpointSlice(let object): object.render(into: &result)
    case .event(let object): object.render(into: &result)
    case .plain(_, let status): result.put("status", status)
    case .service, .ingress: break
    }
    return result.json
  }

  private func spec(replicas: Int?) -> JSONValue? {
    var spec = written["spec"]
    spec?["replicas"] = replicas.map { .integer(Int64($0)) }
    return spec
  }
}

extension ObjectMetadata {
  func json(apiVersion: String) -> JSONValue {
    var result = JSONMembers()
    result.put("name", text: name)
    result.put("generateName", text: generateName)
    result.put("namespace", text: namespace)
    result.put("uid", text: uid)
    result.put("resourceVersion", text: resourceVersion)
    result.put("generation", number: generation)
    result.put("creationTimestamp", time: creationTimestamp)
    result.put("deletionTimestamp", time: deletionTimestamp)
    result.put("deletionGracePeriodSeconds", number: deletionGracePeriodSeconds)
    result.put("labels", texts: labels)
    result.put("annotations", texts: annotations)
    result.put("ownerReferences", ownerReferences.map { .array($0.map(\.json)) })
    if let finalizers, !finalizers.isEmpty { result.put("finalizers", .array(finalizers.map { .string($0) })) }
    result.put("managedFields", managedFields.map { .array($0.map { $0.json(apiVersion: apiVersion) }) })
    return result.json
  }
}

extension OwnerReference {
  var json: JSONValue {
    var result = JSONMembers()
    result.put("apiVersion", text: apiVersion)
    result.put("kind", text: kind)
    result.put("name", text: name)
    result.put("uid", text: uid)
    result.put("controller", flag: controller)
    result.put("blockOwnerDeletion", flag: blockOwnerDeletion)
    return result.json
  }
}

extension ManagedFieldsEntry {
  func json(apiVersion: String) -> JSONValue {
    var result = JSONMembers()
    result.put("manager", text: manager)
    result.put("operation", text: operation)
    result.put("apiVersion", text: apiVersion)
    result.put("subresource", text: subresource)
    result.put("time", time: time)
    return result.json
  }
}

extension Condition {
  /// - Parameter probed: whether `lastProbeTime` is there, as it is in pods.
  func json(probed: Bool = false) -> JSONValue {
    var result = JSONMembers()
    result.put("type", text: type)
    result.put("status", text: status)
    result.put("reason", text: reason)
    result.put("message", text: message)
    result.put("lastTransitionTime", time: lastTransitionTime)
    result.put("lastUpdateTime", time: lastUpdateTime)
    if probed { result.put("lastProbeTime", .null) }
    return result.json
  }
}

/// Counts that the API leaves out when they are zero.
private func unlessZero(_ value: Int?) -> Int? {
  value == 0 ? nil : value
}

extension Deployment.Status {
  var json: JSONValue {
    var result = JSONMembers()
    result.put("observedGeneration", number: observedGeneration)
    result.put("replicas", number: unlessZero(replicas))
    result.put("updatedReplicas", number: unlessZero(updatedReplicas))
    result.put("readyReplicas", number: unlessZero(readyReplicas))
    result.put("availableReplicas", number: unlessZero(availableReplicas))
    result.put("unavailableReplicas", number: unlessZero(unavailableReplicas))
    result.put("terminatingReplicas", number: terminatingReplicas)
    result.put("conditions", conditions.map { .array($0.map { $0.json() }) })
    return result.json
  }
}

extension ReplicaSet.Status {
  var json: JSONValue {
    var result = JSONMembers()
    result.put("replicas", number: replicas ?? 0)
    result.put("fullyLabeledReplicas", number: unlessZero(fullyLabeledReplicas))
    result.put("readyReplicas", number: unlessZero(readyReplicas))
    result.put("availableReplicas", number: unlessZero(availableReplicas))
    result.put("terminatingReplicas", number: terminatingReplicas)
    result.put("observedGeneration", number: observedGeneration)
    result.put("conditions", conditions.map { .array($0.map { $0.json() }) })
    return result.json
  }
}

extension StatefulSet.Status {
  var json: JSONValue {
    var result = JSONMembers()
    result.put("observedGeneration", number: observedGeneration)
    result.put("replicas", number: replicas ?? 0)
    result.put("readyReplicas", number: unlessZero(readyReplicas))
    result.put("availableReplicas", number: availableReplicas ?? 0)
    result.put("currentReplicas", number: unlessZero(currentReplicas))
    result.put("updatedReplicas", number: unlessZero(updatedReplicas))
    result.put("currentRevision", text: currentRevision)
    result.put("updateRevision", text: updateRevision)
    result.put("collisionCount", number: collisionCount)
    return result.json
  }
}

extension HorizontalPodAutoscaler.Status {
  var json: JSONValue {
    var result = JSONMembers()
    result.put("currentReplicas", number: unlessZero(currentReplicas))
    result.put("desiredReplicas", number: desiredReplicas ?? 0)
    result.put("lastScaleTime", time: lastScaleTime)
    result.put("currentMetrics", currentMetrics.map { .array($0.map(\.json)) } ?? .null)
    result.put("conditions", conditions.map { .array($0.map { $0.json() }) })
    return result.json
  }
}

extension EndpointSlice {
  func render(into result: inout JSONMembers) {
    result.put("addressType", text: addressType)
    // An empty list comes back from the store as none.
    result.put("endpoints", endpoints?.isEmpty ?? true ? .null : endpoints.map { .array($0.map(\.json)) })
    result.put("ports", ports?.isEmpty ?? true ? .null : ports.map { .array($0.map(\.json)) })
  }
}

extension EndpointSlice.Port {
  var json: JSONValue {
    var result = JSONMembers()
    result.put("name", text: name)
    result.put("port", number: port)
    result.put("protocol", text: `protocol`)
    return result.json
  }
}

extension EndpointSlice.Endpoint {
  var json: JSONValue {
    var result = JSONMembers()
    result.put("addresses", addresses.map { .array($0.map { .string($0) }) })
    var states = JSONMembers()
    states.put("ready", flag: conditions?.ready)
    states.put("serving", flag: conditions?.serving)
    states.put("terminating", flag: conditions?.terminating)
    result.put("conditions", states.json)
    var reference = JSONMembers()
    reference.put("kind", text: targetRef?.kind)
    reference.put("namespace", text: targetRef?.namespace)
    reference.put("name", text: targetRef?.name)
    reference.put("uid", text: targetRef?.uid)
    result.put("targetRef", reference.json)
    result.put("nodeName", text: nodeName)
    return result.json
  }
}

extension Event {
  func render(into result: inout JSONMembers) {
    var reference = JSONMembers()
    reference.put("kind", text: involvedObject.kind)
    reference.put("namespace", text: involvedObject.namespace)
    reference.put("name", text: involvedObject.name)
    reference.put("uid", text: involvedObject.uid)
    reference.put("apiVersion", text: involvedObject.apiVersion)
    reference.put("resourceVersion", text: involvedObject.resourceVersion)
    result.put("involvedObject", reference.json)
    result.put("reason", text: reason)
    result.put("message", text: message)
    result.put("type", text: type)
    result.put("count", number: count)
    result.put("firstTimestamp", time: firstTimestamp)
    result.put("lastTimestamp", time: lastTimestamp)
    result.put("eventTime", eventTime.map { .string($0.description) } ?? .null)
    result.put("source", source?.component.map { ["component": .string($0)] } ?? [:])
    result.put("reportingComponent", text: reportingComponent ?? "")
    result.put("reportingInstance", text: "")
  }
}
