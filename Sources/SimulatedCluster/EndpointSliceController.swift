import KubernetesObjects

/// The EndpointSlice controller (Kubernetes 1.36, staging/src/k8s.io/endpointslice/reconciler.go and utils.go).
///
/// Reads Services and pods; writes EndpointSlices, and has the Ingress hear of them.
struct EndpointSliceController: Sendable {
  /// The ready pods that were written to the EndpointSlice last.
  private var announced: [ObjectKey: [PodID]] = [:]

  mutating func reconcile(_ service: ObjectKey, in context: inout ControllerContext, pods: DataPlane) {
    // One that stands for a name elsewhere has no endpoints, whatever it selects.
    guard let object = context.store[.service, service], let spec = object.service?.spec,
      spec.selector?.isEmpty == false, spec.type != "ExternalName"
    else {
      return
    }
    let members = context.store.all(.pod, namespace: service.namespace)
      .filter { object.selects($0.metadata.labels) }
      .compactMap { object in pods.podIDs[object.key].flatMap { pods.runtimes[$0] }.map { ($0, object) } }
      .filter { $0.1.pod?.status?.podIP != nil && ($0.0.isRunning || !$0.0.isTerminating) }
      .sorted { $0.0.id < $1.0.id }
    writeSlices(of: object, Self.groups(of: members, by: spec.ports ?? []), in: &context)
    let ready = members.map(\.0).filter { $0.isReady && !$0.isTerminating }.map(\.id)
    if announced[service] != ready {
      announced[service] = ready
      context.schedule(
        .route(service: service, pods: ready),
        after: context.disturbances.endpointDelay ?? context.workload.endpointDelay)
    }
  }

  /// The endpoints of pods by the ports that those have of the Service's: what a pod does not have is left out.
  private static func groups(
    of members: [(PodRuntime, ClusterObject)], by ports: [Service.Port]
  ) -> [SliceLayout.Content] {
    var groups: [SliceLayout.Content] = []
    for (runtime, object) in members {
      let endpoint = EndpointSlice.Endpoint(
        address: object.pod?.status?.podIP ?? "", ready: runtime.isReady && !runtime.isTerminating,
        serving: runtime.isReady, terminating: runtime.isTerminating,
        pod: EndpointSlice.Reference(pod: runtime.key.name, namespace: runtime.key.namespace, uid: runtime.uid),
        nodeName: object.pod?.spec.nodeName)
      let own = ports.compactMap { port in
        runtime.ports.number(behind: port).map {
          EndpointSlice.Port(name: port.name ?? "", port: $0, transport: port.protocol ?? "TCP")
        }
      }
      if let index = groups.firstIndex(where: { $0.ports == own }) {
        groups[index].endpoints.append(endpoint)
      } else {
        groups.append(SliceLayout.Content(endpoints: [endpoint], ports: own))
      }
    }
    return groups
  }

  private func writeSlices(
    of service: ClusterObject, _ groups: [SliceLayout.Content], in context: inout ControllerContext
  ) {
    let existing = context.store.all(.endpointSlice, namespace: service.key.namespace).filter {
      $0.metadata.labels?[EndpointSlice.serviceNameLabel] == service.key.name
    }
    let layout = SliceLayout(
      groups,
      over: existing.map {
        SliceLayout.Content(endpoints: $0.endpointSlice?.endpoints ?? [], ports: $0.endpointSlice?.ports ?? [])
      })
    for (object, kept) in zip(existing, layout.kept) {
      if let kept {
        Self.update(object, kept, in: &context)
      } else {
        context.discard(.endpointSlice, object.key)
      }
    }
    for made in layout.made { Self.create(of: service, made, in: &context) }
  }

  private static func update(
    _ object: ClusterObject, _ content: SliceLayout.Content, in context: inout ControllerContext
  ) {
    guard var slice = object.endpointSlice, slice.endpoints != content.endpoints || slice.ports != content.ports else {
      return
    }
    var object = object
    slice.endpoints = content.endpoints
    slice.ports = content.ports
    slice.metadata.generation = (slice.metadata.generation ?? 1) + 1
    slice.metadata.annotations = [EndpointSlice.triggerTimeAnnotation: context.date.description]
    object.content = .endpointSlice(slice)
    object.recordWriter(ControllerContext.controllerManager, at: context.date)
    context.commit(object)
  }

  private static func create(
    of service: ClusterObject, _ content: SliceLayout.Content, in context: inout ControllerContext
  ) {
    var metadata = ObjectMetadata(
      name: "\(service.key.name)-\(context.random.suffix())", namespace: service.key.namespace,
      uid: context.random.uid(),
      labels: [
        EndpointSlice.serviceNameLabel: service.key.name,
        "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
      ])
    if service.service?.spec.clusterIP == "None" { metadata.labels?[EndpointSlice.headlessLabel] = "" }
    metadata.generateName = "\(service.key.name)-"
    metadata.generation = 1
    metadata.creationTimestamp = context.date
    metadata.annotations = [EndpointSlice.triggerTimeAnnotation: context.date.description]
    metadata.ownerReferences = [
      OwnerReference(apiVersion: "v1", kind: "Service", name: service.key.name, uid: service.metadata.uid ?? "")
    ]
    let slice = EndpointSlice(
      metadata: metadata, addressType: "IPv4", endpoints: content.endpoints, ports: content.ports)
    var object = ClusterObject(kind: .endpointSlice, content: .endpointSlice(slice))
    object.recordWriter(ControllerContext.controllerManager, at: context.date)
    context.commit(object)
  }
}
