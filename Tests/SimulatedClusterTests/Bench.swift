import KubernetesObjects
import Units

@testable import SimulatedCluster

/// A control plane in which nothing happens but what a test does.
struct Bench {
  var context: ControllerContext
  var pods = DataPlane()

  init(seed: UInt64 = 1) {
    var description = SimulatedWorkload()
    description.seed = seed
    context = ControllerContext(workload: description, timeScale: 1, epoch: KubernetesTime(seconds: 1_767_225_600))
  }

  mutating func store(_ kind: ClusterKind, _ json: JSONValue) throws -> ObjectKey {
    var json = json
    kind.fillDefaults(in: &json)
    json.setMember(.string("uid-\(json["metadata", "name"]?.string ?? "")"), at: ["metadata", "uid"])
    return context.commit(try ClusterObject(kind: kind, json: json)).key
  }

  /// What is asked of whom, in order, up to a time.
  mutating func work(until time: Duration) -> [Work] {
    var all: [Work] = []
    while let work = context.takeWork(until: time) { all.append(work) }
    return all
  }

  /// Has machines do what they have to with pods, and no controller anything.
  mutating func runMachines(until time: Duration) {
    while let work = context.takeWork(until: time) {
      switch work {
      case .bind(let pod): pods.bind(pod, in: &context)
      case .finishPull(let pod): pods.finishPull(pod, in: &context)
      case .startContainers(let pod): pods.startContainers(pod, in: &context)
      case .startUp(let run): pods.startUp(run, in: &context)
      case .probe(let run, let kind): pods.ask(kind, run, in: &context)
      case .signal(let run): pods.signal(run, in: &context)
      case .stopListening(let run): pods.stopListening(run, in: &context)
      case .exit(let run, let killed): pods.exit(run, killed: killed, in: &context)
      case .remove(let pod): pods.removePod(pod, in: &context)
      default: break
      }
    }
    context.advance(to: time)
  }

  var podNames: [String] { context.store.all(.pod).map(\.key.name) }
  var messages: [String] { context.store.all(.event).compactMap { $0.event?.message } }

  static let template: JSONValue = [
    "metadata": ["labels": ["app": "a"]],
    "spec": ["containers": [["name": "a", "image": "a:1", "ports": [["name": "http", "containerPort": 80]]]]],
  ]

  static func workload(_ name: String, replicas: Int64) -> JSONValue {
    [
      "metadata": ["name": .string(name), "namespace": "n"],
      "spec": ["replicas": .integer(replicas), "selector": ["matchLabels": ["app": "a"]], "template": template],
    ]
  }
}
