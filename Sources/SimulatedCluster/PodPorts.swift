import KubernetesObjects

/// The ports of a pod: by which name a Service finds one, and on which the application answers.
struct PodPorts: Sendable {
  /// The ports of the containers that run while the pod serves: init containers count where they are sidecars
  /// (Kubernetes 1.36, pkg/api/v1/pod/util.go, `FindPort`).
  private let declared: [Declared]
  /// `nil` where no container declares a TCP port, so that nothing tells on which it listens: it is taken to listen on each.
  let listening: Set<Int>?

  private struct Declared: Sendable {
    let name: String?
    let number: Int
    let transport: String
  }

  /// - Parameter spec: of the pod, or of its template.
  init(_ spec: JSONValue) {
    let sidecars = (spec["initContainers"]?.array ?? []).filter { $0["restartPolicy"] == "Always" }
    let containers = (spec["containers"]?.array ?? []) + sidecars
    let declared = containers.flatMap { $0["ports"]?.array ?? [] }.compactMap { port -> Declared? in
      port["containerPort"]?.int.map {
        Declared(name: port["name"]?.string, number: $0, transport: port["protocol"]?.string ?? "TCP")
      }
    }
    let numbers = declared.filter { $0.transport == "TCP" }.map(\.number)
    self.declared = declared
    listening = numbers.isEmpty ? nil : Set(numbers).union(containers.flatMap(Self.probed))
  }

  /// What `containerPort` does not say, a probe does: one that succeeds has been answered.
  private static func probed(_ container: JSONValue) -> [Int] {
    ["startupProbe", "readinessProbe", "livenessProbe"].flatMap { probe in
      ["httpGet", "tcpSocket", "grpc"].compactMap { container[probe]?[$0, "port"]?.int }
    }
  }

  /// The port behind one of a Service: a number is that of the pod whatever its containers declare, and a name is that of a
  /// port of theirs with the same protocol.
  func number(behind port: Service.Port) -> Int? {
    guard let name = port.targetPort?.string, !name.isEmpty else { return port.targetPort?.int ?? port.port }
    return number(named: name, transport: port.protocol ?? "TCP")
  }

  func number(named name: String, transport: String = "TCP") -> Int? {
    declared.first { $0.name == name && $0.transport == transport }?.number
  }

  /// Whether something answers on a port, over TCP.
  func answers(on number: Int) -> Bool { listening?.contains(number) ?? true }
}
