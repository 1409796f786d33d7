import KubernetesObjects

/// The EndpointSlice controller (Kubernetes 1.36, staging/src/k8s.io/endpointslice/reconciler.go and utils.go).
///
/// Reads Services and pods; writes EndpointSlices, and has the Ingress hear of them.
struct EndpointSliceController: Sendable {
  /// The ready pods that were written to the EndpointSlice last.
  private var announced: [ObjectKey: [PodID]] = [:]

  mutating func reconcile(_ service: ObjectKey, in context: inout ControllerContext, pods: DataPlane) {
    guard let object = context.store[.service, service], let spec = object.service?.spec,
      spec.selector?.isEmpty == false
    else {
      return
    }
    let members = context.store.all(.pod, namespace: service.namespace)
      .filter { object.selects($0.metadata.labels) }
      .compactMap { object in pods.podIDs[object.key].flatMap { pods.runtimes[$0] }.map { ($0, object) } }
      .filter { $0.1.pod?.status?.podIP != nil && ($0.0.isRunning || !$0.0.isTerminating) }
      .sorted { $0.0.id < $1.0.id }
    let endpoints = members.map { runtime, object in
      EndpointSlice.Endpoint(
        address: object.pod?.status?.podIP ?? "", ready: runtime.isReady && !runtime.isTerminating,
        serving: runtime.isReady, terminating: runtime.isTerminating,
        pod: EndpointSlice.Reference(pod: runtime.key.name, namespace: runtime.key.namespace, uid: runtime.uid),
        nodeName: object.pod?.spec.nodeName)
    }
    let specs = members.compactMap { $0.1.pod?.spec }
    let ports = (spec.ports ?? []).compactMap { port in
      Self.number(of: port, in: specs).map {
        EndpointSlice.Port(name: port.name ?? "", port: $0, transport: port.protocol ?? "TCP")
      }
    }
    writeSlices(of: object, endpoints: endpoints, ports: ports, in: &context)
    let ready = members.map(\.0).filter { $0.isReady && !$0.isTerminating }.map(\.id)
    if announced[service] != ready {
      announced[service] = ready
      context.schedule(
        .route(service: service, pods: ready),
        after: context.disturbances.endpointDelay ?? context.workload.endpointDelay)
    }
  }

  /// The port of the pods behind a port of a service. One by name is that of a container, and without such a container
  /// there is none (Kubernetes 1.36, pkg/api/v1/pod/util.go, `FindPort`).
  private static func number(of port: Service.Port, in pods: [PodSpec]) -> Int? {
    guard let name = port.targetPort?.string else { return port.targetPort?.int ?? port.port }
    return pods.lazy.flatMap(\.servingPorts).first { $0.name == name }?.containerPort
  }

  private func writeSlices(
    of service: ClusterObject, endpoints: [EndpointSlice.Endpoint], ports: [EndpointSlice.Port],
    in context: inout ControllerContext
  ) {
    let existing = context.store.all(.endpointSlice, namespace: service.key.namespace).filter {
      $0.metadata.labels?[EndpointSlice.serviceNameLabel] == service.key.name
    }
    let spread = EndpointSpread(endpoints, over: existing.map { $0.endpointSlice?.endpoints ?? [] })
    for (object, kept) in zip(existing, spread.kept) {
      if let kept {
        Self.update(object, endpoints: kept, ports: ports, in: &context)
      } else {
        context.discard(.endpointSlice, object.key)
      }
    }
    for made in spread.made { Self.create(of: service, endpoints: made, ports: ports, in: &context) }
  }

  private static func update(
    _ object: ClusterObject, endpoints: [EndpointSlice.Endpoint], ports: [EndpointSlice.Port],
    in context: inout ControllerContext
  ) {
    guard var slice = object.endpointSlice, slice.endpoints != endpoints || slice.ports != ports else { return }
    var object = object
    slice.endpoints = endpoints
    slice.ports = ports
    slice.metadata.generation = (slice.metadata.generation ?? 1) + 1
    slice.metadata.annotations = [EndpointSlice.triggerTimeAnnotation: context.date.description]
    object.content = .endpointSlice(slice)
    object.recordWriter(ControllerContext.controllerManager, at: context.date)
    context.commit(object)
  }

  private static func create(
    of service: ClusterObject, endpoints: [EndpointSlice.Endpoint], ports: [EndpointSlice.Port],
    in context: inout ControllerContext
  ) {
    var metadata = ObjectMetadata(
      name: "\(service.key.name)-\(context.random.suffix())", namespace: service.key.namespace,
      uid: context.random.uid(),
      labels: [
        EndpointSlice.serviceNameLabel: service.key.name,
        "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
      ])
    metadata.generateName = "\(service.key.name)-"
    metadata.generation = 1
    metadata.creationTimestamp = context.date
    metadata.annotations = [EndpointSlice.triggerTimeAnnotation: context.date.description]
    metadata.ownerReferences = [
      OwnerReference(apiVersion: "v1", kind: "Service", name: service.key.name, uid: service.metadata.uid ?? "")
    ]
    let slice = EndpointSlice(metadata: metadata, addressType: "IPv4", endpoints: endpoints, ports: ports)
    var object = ClusterObject(kind: .endpointSlice, content: .endpointSlice(slice))
    object.recordWriter(ControllerContext.controllerManager, at: context.date)
    context.commit(object)
  }
}
