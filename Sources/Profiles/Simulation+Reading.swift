import ApplicationNature
import KubernetesObjects
import Units

extension Simulation {
  private static let keys = [
    "manifests", "timeScale", "user", "workload", "versions", "nodes", "ingress", "metrics", "faults",
  ]

  /// Reads `simulated: FOLDER`, a list of files and folders, or a mapping with all settings but the faults, which depend on the
  /// phases of the load.
  init?(_ field: Field) {
    if field.node.entries == nil {
      guard let manifests = field.manifests(hint: Self.manifestsHint) else { return nil }
      self.init(manifests: manifests)
      return
    }
    guard let members = field.members(known: Self.keys) else { return nil }
    let manifests = members.required("manifests", example: "manifests/my-app")?.manifests(hint: Self.manifestsHint)
    guard let manifests else { return nil }
    self.init(manifests: manifests)
    if let scale = members["timeScale"], let text = scale.text() {
      if let value = Double(text), (1...1000).contains(value) {
        timeScale = value
      } else {
        scale.report("\"\(text)\" is not a time scale", hint: "write a number from 1 to 1000")
      }
    }
    user = members["user"].flatMap(Self.user)
    if let workload = members["workload"] { readWorkload(workload) }
    for (version, entry) in members["versions"]?.entries() ?? [] {
      guard let known = entry.members(known: ApplicationChange.keys) else { continue }
      versions[version] = ApplicationChange(known)
    }
    nodes = members["nodes"].flatMap(SimulatedNodes.init) ?? nodes
    ingress = members["ingress"].flatMap { SimulatedIngress($0, endpointDelay: ingress.endpointDelay) } ?? ingress
    for (name, entry) in members["metrics"]?.entries() ?? [] { metrics[name] = SimulatedMetric(entry) }
  }

  private static func user(_ field: Field) -> String? {
    guard let text = field.text() else { return nil }
    guard !text.isEmpty, !text.contains(where: \.isWhitespace) else {
      field.report(
        "\"\(text)\" is no user", hint: "write a name, or system:serviceaccount:NAMESPACE:NAME for a ServiceAccount")
      return nil
    }
    return text
  }

  private mutating func readWorkload(_ field: Field) {
    let keys = [
      "imagePull", "containerStart", "initContainers", "endpointDelay", "metricsResolution", "metricsWindow",
      "metricsLag",
    ]
    guard let workload = field.members(known: ApplicationChange.keys + keys) else { return }
    application = ApplicationChange(workload)
    imagePull = workload["imagePull"]?.duration()
    containerStart = workload["containerStart"]?.duration()
    initContainers = workload["initContainers"]?.duration()
    ingress.endpointDelay = workload["endpointDelay"]?.duration()
    metricsResolution = workload["metricsResolution"]?.duration(atLeast: .seconds(1))
    metricsWindow = workload["metricsWindow"]?.duration(atLeast: .seconds(10))
    metricsLag = workload["metricsLag"]?.duration()
  }

  /// A simulation of nothing would leave the real target to the load, so that none is ever meant by silence.
  private static let manifestsHint =
    "write a file or folder, as in manifests/my-app, or leave simulated out to watch a real cluster"
}

extension Field {
  /// Reads the path of a file or folder, or several.
  func manifests(hint: String) -> [String]? {
    guard let elements = elements(orSingle: true) else { return nil }
    if elements.isEmpty { report("no manifest is named", hint: hint) }
    let paths = elements.compactMap { element -> String? in
      guard let text = element.text() else { return nil }
      if text.allSatisfy(\.isWhitespace) { element.report("no manifest is named", hint: hint) }
      return text
    }
    return paths.isEmpty ? nil : paths
  }
}

extension SimulatedNodes {
  private static let keys = ["count", "cpu", "memory", "pods", "min", "max", "addingTakes", "removedAfter"]

  init?(_ field: Field) {
    guard let members = field.members(known: Self.keys) else { return nil }
    self.init()
    count = members["count"]?.integer(1...5_000)
    cpu = members["cpu"]?.quantity(example: "4")?.milli
    memory = members["memory"]?.quantity(example: "16Gi")?.value
    pods = members["pods"]?.integer(1...10_000)
    max = members["max"]?.integer(1...5_000)
    addingTakes = members["addingTakes"]?.duration()
    min = members["min"]?.integer(1...5_000)
    removedAfter = members["removedAfter"]?.duration(atLeast: .seconds(1))
    if let least = min, least > count ?? 3 {
      members["min"]?.report("\(least) is more than there are", hint: "write \(count ?? 3) or less, or leave it out")
    }
    if min != nil, removedAfter == nil, !members.isMeant(oneOf: ["removedAfter"]) {
      members["min"]?.report("no node is ever taken away", hint: "say after how long, as in removedAfter: 10m")
    }
    if removedAfter != nil, cpu == nil, memory == nil, !members.isMeant(oneOf: ["cpu", "memory"]) {
      members["removedAfter"]?.report(
        "how much of a node is used is not known", hint: "say what a node has, as in cpu: 4, memory: 16Gi")
    }
    if addingTakes != nil, max == nil, !members.isMeant(oneOf: ["max"]) {
      members["addingTakes"]?.report("no node is ever added", hint: "say how many there may be, as in max: 10")
    }
    if let most = max, most < count ?? 3 {
      members["max"]?.report("\(most) is less than there are", hint: "write \(count ?? 3) or more, or leave it out")
    }
    if max != nil, cpu == nil, memory == nil, pods == nil, !members.isMeant(oneOf: ["cpu", "memory", "pods"]) {
      members["max"]?.report(
        "no node is ever full, so that none is ever added", hint: "say what a node has, as in cpu: 4, memory: 16Gi")
    }
  }
}

extension SimulatedIngress {
  init?(_ field: Field, endpointDelay: Duration?) {
    guard let members = field.members(known: ["balances", "retries", "ruleDelay", "keepsConnections"]) else {
      return nil
    }
    self.init()
    self.endpointDelay = endpointDelay
    balances = members["balances"]?.choice()
    retries = members["retries"]?.integer(0...100)
    ruleDelay = members["ruleDelay"]?.duration()
    keepsConnections = members["keepsConnections"]?.duration()
  }
}

extension SimulatedMetric {
  private static let hint =
    "write requests, waiting, {course: {0s: 10, 60s: 200}}, or {backlog: {arrivals: {0s: 50}, perPod: 20}}"

  init?(_ field: Field) {
    if field.node.scalar != nil {
      guard let measured = field.choice(of: Measured.self) else { return nil }
      self = .measured(measured)
      return
    }
    guard let members = field.members(known: ["course", "backlog"]) else { return nil }
    let one = members.one(
      of: ["course", "backlog"], nothing: ("a metric has one source", Self.hint),
      several: { _ in ("a metric has one source", Self.hint) })
    guard let (source, what) = one else { return nil }
    switch source {
    case "course":
      guard let points = Self.points(what) else { return nil }
      self = .course(points)
    default:
      guard let parts = what.members(known: ["arrivals", "perPod", "notBy"]) else { return nil }
      let arrivals = parts.required("arrivals", example: "{0s: 50, 60s: 200}").flatMap(Self.points)
      let perPod = parts.required("perPod", example: "20")?.number(0...1e9)
      let notBy = parts["notBy"]?.elements(orSingle: true)?.compactMap { $0.text() } ?? []
      guard let arrivals, let perPod else { return nil }
      self = .backlog(arrivals: arrivals, perPod: perPod, notBy: notBy)
    }
  }

  /// `{0s: 10, 60s: 200}`: times with values, straight lines between.
  private static func points(_ field: Field) -> [Point]? {
    guard let entries = field.entries() else { return nil }
    if entries.isEmpty { field.report("there is no value", hint: "write a time and a value, as in {0s: 10}") }
    var points: [Point] = []
    for (key, entry) in entries {
      guard let value = entry.number(0...1e12) else { continue }
      guard let time = try? Duration(text: key), time >= .zero else {
        entry.report("\"\(key)\" is no time of the run", hint: "write times with values, as in {0s: 10, 60s: 200}")
        continue
      }
      if let last = points.last, last.at >= time {
        entry.report("\(key) does not come after \(last.at.text)", hint: "write times in their order")
      }
      points.append(Point(at: time, value: value))
    }
    return points.count == entries.count && !points.isEmpty ? points : nil
  }
}

extension Field {
  /// A Kubernetes quantity that is not negative.
  func quantity(example: String) -> Quantity? {
    guard let quantity = value({ text throws(UnitProblem) in try Quantity(text: text) }) else { return nil }
    guard quantity.milli >= 0 else {
      report("\"\(quantity)\" is negative", hint: "write an amount, as in \(example)")
      return nil
    }
    return quantity
  }

  func number(_ range: ClosedRange<Double>) -> Double? {
    guard let text = text() else { return nil }
    guard let value = Double(text), range.contains(value) else {
      report(
        "\"\(text)\" is not a number that fits here",
        hint: "write a number from \(Self.short(range.lowerBound)) to \(Self.short(range.upperBound))")
      return nil
    }
    return value
  }

  private static func short(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e6 ? String(Int(value)) : String(value)
  }
}
