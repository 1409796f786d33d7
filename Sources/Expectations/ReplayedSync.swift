import AutoscalerModel
import KubernetesObjects
import RunTimeline
import Units

/// One sync done again with one set of inputs and one state of memory.
struct ReplayedSync {
  let decision: Decision
  let memory: ScalingHistory?
  let assumption: String?
  /// Whether the count and everything that the controller said of the sync came out.
  let isConfirmed: Bool
  private(set) var otherTerms: [String] = []
  private let score: Int

  /// The likeliest inputs and memory whose outcome is nearest to what was observed.
  static func best(of index: Int, record: ScalingRecord, memory: ReplayMemory) -> ReplayedSync? {
    let sync = record.syncs[index]
    var base = HPAController(settings: record.settings, version: record.version)
    base[history: sync.autoscaler] = nil
    let inputs = sync.replayInputs(by: record.version)
    if inputs.isEmpty { return nil }
    var best: ReplayedSync?
    var terms: [String] = []
    for variant in memory.variants(before: index) {
      for input in inputs {
        let replayed = ReplayedSync(
          sync, input: input, memory: variant, base: base, at: record.time(sync.at.latest), version: record.version)
        if replayed.isConfirmed, !terms.contains(replayed.decision.bindingTerm.name) {
          terms.append(replayed.decision.bindingTerm.name)
        }
        if best.map({ replayed.score > $0.score }) ?? true { best = replayed }
      }
      // Further states of memory are there to explain what the likelier ones do not.
      if best?.isConfirmed ?? false { break }
    }
    let shown = best?.decision.bindingTerm.name
    best?.otherTerms = terms.filter { $0 != shown }
    return best
  }

  private init(
    _ sync: ObservedSync, input: SyncInput, memory: ReplayMemory.Variant, base: HPAController, at now: KubernetesTime,
    version: KubernetesVersion
  ) {
    var controller = base
    controller[history: sync.autoscaler] = memory.history
    var decision = sync.decision(controller: &controller, autoscaler: sync.autoscaler, from: sync.start, input, at: now)
    if sync.couldNotWrite, decision.rescale != nil {
      decision.rescaleError = sync.status.condition("AbleToScale")?.message ?? "the scale could not be written"
    }
    self.decision = decision
    self.memory = memory.history
    assumption = memory.assumption
    let outcome = decision.rescaleError == nil ? decision.desiredReplicas : decision.currentReplicas
    let isSameCount = decision.path.isUnreadable || outcome == sync.end
    let said = decision.status(updating: nil).conditions ?? []
    let agreeing = said.count { condition in
      sync.status.condition(condition.type).map {
        $0.reason == condition.reason && $0.status == condition.status
      } ?? false
    }
    let fitsEvent = decision.rawRecommendation.map { sync.claims.allows(raw: $0, from: sync.start) } ?? true
    isConfirmed = isSameCount && agreeing == said.count && fitsEvent
    score = (isSameCount ? 10 : 0) + agreeing + (fitsEvent ? 1 : 0)
  }
}

extension Decision.Path {
  fileprivate var isUnreadable: Bool {
    if case .scaleUnreadable = self { true } else { false }
  }
}

extension ObservedSync {
  /// The inputs to replay it with: those that fit first.
  ///
  /// - Parameter version: whose rules say what pods ask for.
  func replayInputs(by version: KubernetesVersion) -> [SyncInput] {
    let ordered = fitting.map(\.input) + proposals.map(\.input)
    if !ordered.isEmpty { return ordered }
    if failed, !couldNotRead, status.currentMetrics?.contains(where: \.type.isEmpty) ?? false {
      let pods = SyncInputs(plan: plan, status: status, version: version, statusReplicas: statusReplicas)
        .possible(PodSituation(counted: current)).inputs
      return pods + [unread]
    }
    return failed || isCorrection ? [unread] : []
  }

  private var unread: SyncInput {
    .unread(plan, status: status, statusReplicas: statusReplicas.lowerBound)
  }

  /// What a controller decides in this sync.
  ///
  /// - Parameters:
  ///   - autoscaler: the one that was recorded, or the same with another spec.
  ///   - count: the count that it finds.
  func decision(
    controller: inout HPAController, autoscaler: HorizontalPodAutoscaler, from count: Int, _ input: SyncInput,
    at now: KubernetesTime
  ) -> Decision {
    var target = input.read(target)
    target.specReplicas = count
    if couldNotRead {
      let message = status.condition("AbleToScale")?.message ?? "the target's scale was not there"
      return controller.sync(at: now, autoscaler: autoscaler, targetError: message)
    }
    let active = status.condition("ScalingActive")
    let message = active?.message ?? ""
    var pods = input.pods
    switch active?.isTrue == false ? active?.reason : nil {
    case "AmbiguousSelector":
      if let selector = message.between("by selector ", " are controlled"), LabelSelector(text: selector) != nil {
        target.selector = selector
      }
      for name in others(in: message) {
        var other = autoscaler
        other.metadata.name = name
        controller.register(selector: LabelSelector(matchLabels: [:]), of: other)
      }
      pods = [ScaledPod(name: "any")]
    case "InvalidSelector":
      target.selector = message.contains("missing a selector") ? "" : "((("
    default: break
    }
    return controller.sync(at: now, autoscaler: autoscaler, target: target, pods: pods, metrics: input.metrics)
  }

  /// The other autoscalers that a condition names: `… are controlled by multiple HPAs: [shop/web shop/web-again]`.
  private func others(in message: String) -> [String] {
    let names = (message.between("[", "]") ?? "").split(separator: " ").compactMap { name in
      name.split(separator: "/").last.map(String.init)
    }.filter { $0 != autoscaler.metadata.name }
    return names.isEmpty ? ["another"] : names
  }
}

extension String {
  /// The text between two others; `nil` where one of them is not there.
  fileprivate func between(_ start: String, _ end: String) -> String? {
    guard let from = firstRange(of: start), let to = self[from.upperBound...].firstRange(of: end) else { return nil }
    return String(self[from.upperBound..<to.lowerBound])
  }
}
