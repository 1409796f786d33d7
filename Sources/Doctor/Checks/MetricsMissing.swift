import KubernetesObjects

extension Check {
  static let metricsMissing = Check(
    "metrics-missing", .blocking,
    meaning: "The metrics API tells nothing of pods whose CPU or memory the autoscaler is to hold.",
    remedy: "Install metrics-server, or see why it does not measure.",
    needs: [.metrics, .kind("Pod"), .kind("HorizontalPodAutoscaler")],
    ofWorkload: { examination in
      guard examination.needsResourceMetrics, let measured = examination.facts.podMetrics else { return [] }
      let names = Set(measured.compactMap { $0["metadata", "name"]?.string })
      // Of pods that have just come nothing is measured yet.
      let pods = examination.readyPods.filter { pod in
        let ready = (pod.json["status", "conditions"]?.array ?? []).first { $0["type"]?.string == "Ready" }
        let since: KubernetesTime? = try? ready?["lastTransitionTime"]?.decoded(as: KubernetesTime.self)
        return examination.seconds(since: since).map { $0 >= 120 } ?? true
      }
      let bare = pods.filter { !names.contains($0.name) }
      guard !pods.isEmpty, bare.count == pods.count else { return [] }
      return [
        Symptom(
          examination.object, "",
          "0 of its \(Texts.count(pods.count, "ready pod")) are measured, so that the count never moves in "
            + examination.countsText, fix: "install metrics-server, or see why it does not measure these pods")
      ]
    })
}

extension Examination {
  /// Whether the autoscaler asks for CPU or memory of pods.
  var needsResourceMetrics: Bool {
    autoscaler?.spec.effectiveMetrics.contains { $0.resource != nil || $0.containerResource != nil } ?? false
  }

  /// The pods of the workload that are ready.
  var readyPods: [KnownObject] {
    guard let selector = object.spec["selector"] else { return [] }
    return all("Pod").filter { pod in
      selector.selects(pod.labels)
        && (pod.json["status", "conditions"]?.array ?? []).contains {
          $0["type"]?.string == "Ready" && $0["status"]?.string == "True"
        }
    }
  }
}
