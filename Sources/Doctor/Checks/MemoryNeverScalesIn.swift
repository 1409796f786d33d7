import KubernetesObjects

extension Check {
  static let memoryNeverScalesIn = Check(
    "memory-never-scales-in", .warning,
    meaning:
      "Memory of a process does not fall when pods are added, so that a target of memory has a count below which the "
      + "autoscaler never goes again.",
    remedy: "Scale by CPU or by requests, or set the target so that idle memory is below it times (min / max).",
    needs: [.kind("HorizontalPodAutoscaler")],
    ofWorkload: { examination in
      guard let spec = examination.autoscaler?.spec, let object = examination.autoscalers.first else { return [] }
      for (index, metric) in spec.effectiveMetrics.enumerated() {
        guard let resource = metric.resource ?? metric.containerResource, resource.name == "memory",
          let target = resource.target.averageUtilization, target > 0
        else { continue }
        let counts = examination.counts
        let field = "spec.metrics[\(index)]"
        let fix =
          "scale by CPU or requests in place of \(field), or set its averageUtilization so that idle memory holds no pods"
        if let current = examination.autoscaler?.memoryUtilization {
          let stuck = MemoryFixedPoint.count(idle: current, target: target, within: counts)
          guard stuck > counts.lowerBound else { return [] }
          return [
            Symptom(
              object, field,
              "at \(current) % of the request, as pods use now, a target of \(target) % holds at least \(stuck) of "
                + "\(examination.countsText) pods whatever the load", fix: fix)
          ]
        }
        let table = MemoryFixedPoint.table(target: target, within: counts)
        guard let first = table.first, let last = table.last else { return [] }
        let words =
          first.idle == last.idle
          ? "idle memory from \(first.idle) % of the request on holds \(first.count) pods for ever"
          : "idle memory of \(first.idle) % of the request holds \(first.count) pods for ever, and \(last.idle) % holds "
            + "\(last.count)"
        return [
          Symptom(
            object, field,
            "memory does not fall when pods are added: with a target of \(target) % \(words), of \(examination.countsText)",
            fix: fix, severity: .advice)
        ]
      }
      return []
    })
}

/// At which count an autoscaler of memory stops scaling in.
enum MemoryFixedPoint {
  /// The smallest count from which the metric asks for no fewer: ceil(idle / target × count) >= count, or within the
  /// tolerance of a tenth.
  static func count(idle: Int, target: Int, within counts: ClosedRange<Int>) -> Int {
    var count = counts.upperBound
    while count > counts.lowerBound {
      // From every count above, the autoscaler goes to what the metric asks for there.
      if Double(idle) / Double(target) >= 0.9 { return count }
      let next = max((idle * count + target - 1) / target, counts.lowerBound)
      if next >= count { return count }
      count = next
    }
    return counts.lowerBound
  }

  /// The least idle memory that holds more than the minimum, and the least that holds the maximum.
  static func table(target: Int, within counts: ClosedRange<Int>) -> [(idle: Int, count: Int)] {
    var found: [(idle: Int, count: Int)] = []
    for idle in 1...max(target, 1) {
      let count = count(idle: idle, target: target, within: counts)
      if count > counts.lowerBound, found.isEmpty || count == counts.upperBound { found.append((idle, count)) }
      if count == counts.upperBound { break }
    }
    return found
  }
}

extension HorizontalPodAutoscaler {
  /// Per cent of the request that pods use of memory, as the last sync saw it.
  var memoryUtilization: Int? {
    for metric in status?.currentMetrics ?? [] {
      if let resource = metric.resource ?? metric.containerResource, resource.name == "memory" {
        return resource.current.averageUtilization
      }
    }
    return nil
  }
}
