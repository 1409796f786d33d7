// Initializers for those who make objects and do not only read them.

extension Pod {
  package init(metadata: ObjectMetadata, spec: PodSpec) {
    self.metadata = metadata
    self.spec = spec
    status = Status()
  }
}

extension Pod.ContainerStatus {
  package init(name: String, image: String?, state: Pod.ContainerState?) {
    self.name = name
    self.image = image
    self.state = state
    ready = false
    started = false
    restartCount = 0
  }
}

extension Pod.ContainerState {
  package static func waiting(reason: String, message: String? = nil) -> Self {
    Self(waiting: Waiting(reason: reason, message: message), running: nil, terminated: nil)
  }

  package static func running(since startedAt: KubernetesTime) -> Self {
    Self(waiting: nil, running: Running(startedAt: startedAt), terminated: nil)
  }

  package static func terminated(
    exitCode: Int, reason: String, startedAt: KubernetesTime?, finishedAt: KubernetesTime
  ) -> Self {
    Self(
      waiting: nil, running: nil,
      terminated: Terminated(exitCode: exitCode, reason: reason, startedAt: startedAt, finishedAt: finishedAt))
  }
}

extension Event {
  package init(
    metadata: ObjectMetadata, involvedObject: Reference, type: String, reason: String, message: String,
    component: String, time: KubernetesTime
  ) {
    self.metadata = metadata
    self.involvedObject = involvedObject
    self.type = type
    self.reason = reason
    self.message = message
    count = 1
    firstTimestamp = time
    lastTimestamp = time
    source = Source(component: component)
    reportingComponent = component
  }
}

extension Event.Reference {
  package init(
    apiVersion: String?, kind: String?, namespace: String?, name: String?, uid: String?, resourceVersion: String?
  ) {
    self.apiVersion = apiVersion
    self.kind = kind
    self.namespace = namespace
    self.name = name
    self.uid = uid
    self.resourceVersion = resourceVersion
  }
}

extension EndpointSlice.Endpoint {
  package init(
    address: String, ready: Bool, serving: Bool, terminating: Bool, pod: EndpointSlice.Reference, nodeName: String?
  ) {
    addresses = [address]
    conditions = EndpointSlice.Conditions(ready: ready, serving: serving, terminating: terminating)
    targetRef = pod
    self.nodeName = nodeName
  }
}

extension EndpointSlice.Reference {
  package init(pod name: String, namespace: String?, uid: String?) {
    kind = "Pod"
    self.namespace = namespace
    self.name = name
    self.uid = uid
  }
}

extension EndpointSlice.Port {
  package init(name: String, port: Int, transport: String) {
    self.name = name
    self.port = port
    `protocol` = transport
  }
}

extension PodMetrics {
  package init(metadata: ObjectMetadata, timestamp: KubernetesTime, window: String, containers: [ContainerUsage]) {
    self.metadata = metadata
    self.timestamp = timestamp
    self.window = window
    self.containers = containers
  }
}

extension PodMetrics.ContainerUsage {
  package init(container name: String, usage: [String: ResourceQuantity]) {
    self.name = name
    self.usage = usage
  }
}
