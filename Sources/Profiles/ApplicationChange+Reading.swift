import ApplicationNature
import Units

extension ApplicationChange {
  static let keys = [
    "cpuPerRequest", "serviceTime", "concurrency", "queueLimit", "failing", "start", "busyStart", "busyStartCPU",
    "warmUp", "warmUpCost", "memory", "memoryPerRequest", "becomesReady", "staysAlive", "crashesAfter", "keepsServing",
    "drains",
  ]

  init(_ members: Members) {
    self.init()
    cpuPerRequest = members["cpuPerRequest"]?.duration()
    serviceTime = members["serviceTime"].flatMap(ServiceTime.init)
    concurrency = members["concurrency"]?.integer(1...100_000)
    queueLimit = members["queueLimit"]?.integer(0...1_000_000)
    failingShare = members["failing"]?.percentage().map { Double($0.billionths) / Double(Percentage.whole) }
    start = members["start"]?.duration()
    busyStart = members["busyStart"]?.duration()
    busyStartCores = members["busyStartCPU"]?.quantity(example: "500m").map { Double($0.milli) / 1_000 }
    warmUp = members["warmUp"]?.duration()
    warmUpCost = members["warmUpCost"]?.number(1...1_000)
    memory = members["memory"]?.quantity(example: "128Mi")?.value
    memoryPerRequest = members["memoryPerRequest"]?.quantity(example: "4Ki")?.value
    becomesReady = members["becomesReady"]?.bool()
    staysAlive = members["staysAlive"]?.bool()
    crashesAfter = members["crashesAfter"]?.duration()
    keepsServing = members["keepsServing"]?.duration()
    drains = members["drains"]?.bool()
  }
}

extension ServiceTime {
  /// `5ms`, or `{median: 20ms, p99: 200ms}`.
  init?(_ field: Field) {
    if field.node.entries == nil {
      guard let time = field.duration() else { return nil }
      self.init(time)
      return
    }
    guard let members = field.members(known: ["median", "p99"]) else { return nil }
    let median = members.required("median", example: "20ms")?.duration()
    let p99 = members.required("p99", example: "200ms")?.duration()
    guard let median, let p99 else { return nil }
    if p99 < median {
      members["p99"]?.report("\(p99.text) is less than the median", hint: "write \(median.text) or more")
    }
    if median == .zero, p99 > .zero {
      members["median"]?.report("nothing is spread around 0s", hint: "write more than that")
    }
    self.init(median, p99: p99)
  }
}
