import Foundation
import KubernetesObjects
import Units

// What was done in a recording that nobody has written down, as far as the recording itself tells.
extension ToldStory {
  private static let resolution = 15.0

  /// The load from the CPU that pods used; outages, restarts and quotas from what controllers said of them.
  func derivedScript() -> StoryScript {
    let metricsAt = measuredAt()
    var load: [String: [StoryScript.Rate]] = [:]
    for (service, deployment) in servedDeployments() {
      load[service] = rates(of: service, deployment, metricsAt: metricsAt)
    }
    return StoryScript(
      metricsAt: metricsAt, load: load, deeds: metricsOutages() + controllerRestarts() + quotas())
  }

  /// When metrics were taken: as they say themselves, else a moment before the autoscaler read them.
  private func measuredAt() -> Double {
    if let polled = lines(of: "podmetrics").lazy.compactMap({ time(of: $0.object["timestamp"]) }).first {
      return polled + 0.02
    }
    let sync = lines(of: "horizontalpodautoscalers").first { $0.change == .modified }?.time ?? 0
    // Where pods come and go, only the right instants make a steady load of what they used.
    let candidates = (1...29).map { sync - Double($0) / 2 }
    let restlessness = candidates.map { candidate in
      servedDeployments().reduce(0) { sum, served in
        let rates = rates(of: served.service, served.deployment, metricsAt: candidate).map(\.rate)
        return sum + zip(rates, rates.dropFirst()).reduce(0) { $0 + abs($1.0 - $1.1) }
      }
    }
    let least = restlessness.min() ?? 0
    let calm = zip(candidates, restlessness).filter { $0.1 <= least * 1.005 }.map(\.0)
    return calm[calm.count / 2]
  }

  /// The Deployment behind each service whose endpoints were seen.
  private func servedDeployments() -> [(service: String, deployment: JSONValue)] {
    var known: [String: JSONValue] = [:]
    for slice in lines(of: "endpointslices").map(\.object) where known[slice.service] == nil {
      let pods = slice.servedPods
      known[slice.service] = lines(of: "deployments").map(\.object).first { deployment in
        deployment.namespace == slice.namespace && pods.contains { $0.hasPrefix("\(deployment.name)-") }
      }
    }
    return known.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// Requests per second over each window of the metrics: what a pod had of them, for all that served meanwhile.
  private func rates(of service: String, _ deployment: JSONValue, metricsAt: Double) -> [StoryScript.Rate] {
    let measured = lines(of: "podmetrics").isEmpty ? published(of: deployment) : polled(of: service)
    var shares: [Double: Double] = [:]
    for (time, share) in measured {
      let tick = metricsAt + ((time - metricsAt) / Self.resolution).rounded(.down) * Self.resolution
      shares[tick] = share
    }
    return shares.sorted { $0.key < $1.key }.compactMap { tick, share in
      let start = tick - Self.resolution
      let part = meanPart(of: service, from: start, to: tick)
      return part > 0 ? StoryScript.Rate(at: start, rate: share / part) : nil
    }
  }

  /// Which part of the requests to a service one of its pods had, in the mean.
  private func meanPart(of service: String, from start: Double, to end: Double) -> Double {
    // The Ingress hears of a change a moment later.
    let changes = lines(of: "endpointslices").filter { $0.object.service == service }.map { line in
      let ready = (line.object["endpoints"]?.array ?? []).filter { $0["conditions"]?["ready"] == true }
      return (time: line.change == .listed ? -.infinity : line.time + 0.3, pods: ready.count)
    }
    var sum = 0.0
    for (index, change) in changes.enumerated() where change.pods > 0 {
      let until = index + 1 < changes.count ? changes[index + 1].time : .infinity
      let overlap = min(until, end) - max(change.time, start)
      if overlap > 0 { sum += overlap / Double(change.pods) }
    }
    return sum / (end - start)
  }

  /// Requests per second that a pod of a service had, from the CPU that the metrics API gave for it.
  private func polled(of service: String) -> [(time: Double, share: Double)] {
    let served = Set(
      lines(of: "endpointslices").map(\.object).filter { $0.service == service }.flatMap(\.servedPods))
    var sums: [Double: (share: Double, pods: Double)] = [:]
    for line in lines(of: "podmetrics") where served.contains(line.object.name) {
      guard let taken = time(of: line.object["timestamp"]) else { continue }
      let cpu = line.object["containers"]?[0]?["usage"]?["cpu"]?.string.flatMap { try? Quantity(text: $0) }
      let cost = line.object.metadata["labels"]?["cpums"]?.string.flatMap { Double($0) } ?? 1
      sums[taken, default: (0, 0)].share += Double(cpu?.milli ?? 0) / cost
      sums[taken, default: (0, 0)].pods += 1
    }
    return sums.sorted { $0.key < $1.key }.map { ($0.key + 0.5, $0.value.share / $0.value.pods) }
  }

  /// Requests per second that a pod of a Deployment had, from the mean CPU that its autoscaler published.
  private func published(of deployment: JSONValue) -> [(time: Double, share: Double)] {
    let cost = deployment["spec", "template", "metadata", "labels", "cpums"]?.string.flatMap { Double($0) } ?? 1
    var seen: [(time: Double, share: Double)] = []
    let ours = lines(of: "horizontalpodautoscalers").filter { line in
      line.change == .modified && line.object["spec", "scaleTargetRef", "name"]?.string == deployment.name
    }
    for line in ours {
      let current = line.object["status", "currentMetrics"]?[0]?["resource", "current", "averageValue"]?.string
      guard let value = current.flatMap({ try? Quantity(text: $0) }) else { continue }
      // A status that says what the one before said is not written.
      while let last = seen.last, last.time + Self.resolution < line.time - 1 {
        seen.append((last.time + Self.resolution, last.share))
      }
      seen.append((line.time, Double(value.milli) / cost))
    }
    return seen
  }
}

extension JSONValue {
  /// The service whose endpoints a slice holds.
  var service: String { metadata["labels"]?["kubernetes.io/service-name"]?.string ?? "" }

  /// The names of the pods in a slice.
  var servedPods: [String] { (self["endpoints"]?.array ?? []).compactMap { $0["targetRef"]?["name"]?.string } }
}

extension ToldStory {
  /// While the autoscaler could not read metrics since their API did not answer.
  private func metricsOutages() -> [StoryScript.Deed] {
    var deeds: [StoryScript.Deed] = []
    var isOut = false
    for line in lines(of: "horizontalpodautoscalers") where line.change == .modified {
      let active = line.object.condition("ScalingActive")
      let fails = active?["message"]?.string?.contains("unable to handle the request (get pods.metrics.k8s.io)") == true
      guard fails != isOut else { continue }
      isOut = fails
      deeds.append(.init(at: line.time - 1, deed: fails ? .failMetrics : .serveMetrics))
    }
    return deeds
  }

  /// When the controller manager was killed and started, as the operator marked it. It is at work a period before its first
  /// sync.
  private func controllerRestarts() -> [StoryScript.Deed] {
    var deeds: [StoryScript.Deed] = []
    for line in lines where line.change == .marked {
      let name = line.object["name"]?.string ?? ""
      guard name.hasPrefix("kcm") || name.hasPrefix("controller") else { continue }
      if ["kill", "stop", "down"].contains(where: name.contains) {
        deeds.append(.init(at: line.time, deed: .stopControllers))
      } else if ["start", "up"].contains(where: name.contains) {
        let sync = lines(of: "horizontalpodautoscalers").first { $0.change == .modified && $0.time > line.time + 15 }
        let started = sync.map { $0.time - 15.015 } ?? line.time
        deeds.append(.init(at: started - line.time < 3 ? started : line.time, deed: .startControllers))
      }
    }
    return deeds
  }

  /// Quotas that pods were refused for; they go when somebody marks that, or when pods come that they would have refused.
  private func quotas() -> [StoryScript.Deed] {
    var deeds: [StoryScript.Deed] = []
    for line in lines(of: "events") where line.object["reason"] == "FailedCreate" {
      let message = line.object["message"]?.string ?? ""
      guard let name = message.firstMatch(of: /exceeded quota: ([^,]+),/)?.output.1,
        let limited = message.firstMatch(of: /limited: (.*)$/)?.output.1,
        !deeds.contains(where: { $0.name == String(name) })
      else { continue }
      var hard: [String: String] = [:]
      for limit in limited.split(separator: ",") {
        let parts = limit.split(separator: "=")
        if parts.count == 2 { hard[String(parts[0])] = String(parts[1]) }
      }
      deeds.append(.init(at: line.time - 0.1, deed: .createQuota, name: String(name), hard: hard))
      let end = lines.first {
        $0.time > line.time && $0.change == .marked && ($0.object["name"]?.string ?? "").contains("quota")
      }
      if let end { deeds.append(.init(at: end.time, deed: .deleteQuota, name: String(name))) }
    }
    return deeds
  }
}
