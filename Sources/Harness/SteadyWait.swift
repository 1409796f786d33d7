import KubernetesClient
import KubernetesObjects
import Units

/// What a run waits for before its load: a workload that has come to rest.
struct SteadyWait: Equatable {
  let workload: WorkloadReference
  let wanted: Int
  let current: Int
  let updated: Int
  let available: Int
  /// Whether its controller has yet to take up the last change of its spec.
  let isUnobserved: Bool

  /// Whether there is nothing left to be done.
  let isSteady: Bool

  init(_ workload: Workload) {
    self.workload = WorkloadReference(workload.kind, workload.metadata.name ?? "")
    wanted = workload.wanted
    current = workload.status?.current ?? 0
    updated = workload.status?.updated ?? 0
    available = workload.status?.available ?? 0
    isUnobserved = !workload.isObserved
    isSteady = workload.isSteady
  }

  /// `wanted 5, current 6, updated 2, available 4`
  var counts: String { "wanted \(wanted), current \(current), updated \(updated), available \(available)" }

  /// What is missing, for people.
  var reason: String {
    if isUnobserved { return "its controller has not taken up its last change" }
    if updated < wanted { return "\(updated) of \(wanted) pods are of its newest template" }
    if current > wanted { return "\(current - wanted) pod\(current - wanted == 1 ? " is" : "s are") yet to go" }
    if available < wanted { return "\(available) of \(wanted) pods are available" }
    return "\(current) of \(wanted) pods are there"
  }

  /// - Parameters:
  ///   - waited: run time.
  ///   - limit: after how much of it the run is refused.
  func line(waited: Duration, limit: Duration) -> String {
    "waiting for \(workload.text) to be steady: \(counts): \(reason) (\(Int(waited.seconds))s, at most "
      + "\(limit.text))"
  }

  /// Why the run is refused, with what the events of its namespace tell, as far as they may be read.
  func refusal(limit: Duration, asking client: APIClient, in namespace: String) async -> HarnessError {
    let listed = try? await client.list(Event.resource, namespace: namespace)
    let events = (listed?.items ?? []).compactMap { try? $0.decoded(as: Event.self) }
    return HarnessError(.refused, refusal(limit: limit, events: events))
  }

  /// Why the run is refused.
  ///
  /// - Parameters:
  ///   - events: those of its namespace.
  ///   - advice: what helps to see more.
  func refusal(limit: Duration, events: [Event], advice: String = "see why with kubectl rollout status") -> String {
    let told = cause(among: events).map { "; the newest warning: \($0)" } ?? ""
    return "\(workload.text): not steady after \(limit.text): \(counts): \(reason)\(told); \(advice)"
  }

  /// The newest warning about the workload, its ReplicaSets or its pods, whose names begin with its own.
  func cause(among events: [Event]) -> String? {
    let about = events.filter { $0.type == "Warning" && isMeant(by: $0.involvedObject) }
    let newest = about.enumerated().max { one, other in
      (Self.time(of: one.element), one.offset) < (Self.time(of: other.element), other.offset)
    }
    guard let event = newest?.element else { return nil }
    let message = (event.message ?? "").split(whereSeparator: \.isNewline).joined(separator: " ")
    return
      "\(event.reason ?? "") of \((event.involvedObject.kind ?? "").lowercased())/\(event.involvedObject.name ?? ""): "
      + message
  }

  /// Whether an object is the workload, or by its name something that was made for it.
  private func isMeant(by object: Event.Reference) -> Bool {
    let name = object.name ?? ""
    if object.kind == workload.kind.title { return name == workload.name }
    guard ["Pod", "ReplicaSet"].contains(object.kind), name.hasPrefix("\(workload.name)-") else { return false }
    // The ReplicaSet of a Deployment adds a word to its name, and a pod adds another one to that of its owner.
    let added = name.dropFirst(workload.name.count + 1).split(separator: "-").count
    let isOfSet = workload.kind.type.podOwnership != .byReplicaSets
    return added == (object.kind == "ReplicaSet" || isOfSet ? 1 : 2)
  }

  private static func time(of event: Event) -> Int64 {
    [event.lastTimestamp, event.eventTime, event.firstTimestamp].compactMap { $0?.microseconds }.max() ?? 0
  }
}

/// Tells the user of the wait: in place on a terminal, else a line when it changes, ten seconds apart at least.
struct SteadyWaitView {
  let style: LiveView.Style
  private var drawn = 0
  private var said: (wait: SteadyWait, at: ContinuousClock.Instant)?

  init(style: LiveView.Style, said: (SteadyWait, ContinuousClock.Instant)? = nil) {
    self.style = style
    self.said = said
  }

  mutating func show(_ wait: SteadyWait, waited: Duration, limit: Duration, now: ContinuousClock.Instant = .now) {
    guard isDue(wait, now: now) else { return }
    said = (wait, now)
    switch style {
    case .silent: break
    case .lines: StandardOutput.line(TerminalText.plain(wait.line(waited: waited, limit: limit)))
    case .jsonLines: JSONLines.write(JSONLines.line(wait, waited: waited, limit: limit))
    case .redrawn(let emphasised):
      let line = TerminalLine(wait.line(waited: waited, limit: limit))
        .rendered(width: LiveView.terminalSize().columns, emphasised: emphasised)
      StandardOutput.write(LiveView.frame([line], over: drawn))
      drawn = 1
    }
  }

  /// Whether there is something to say; lines do not repeat themselves.
  func isDue(_ wait: SteadyWait, now: ContinuousClock.Instant) -> Bool {
    guard let said, style == .lines || style == .jsonLines else { return true }
    return said.wait != wait && said.at.duration(to: now) >= .seconds(10)
      || said.at.duration(to: now) >= .seconds(60)
  }

  /// Clears the line for what comes next.
  mutating func end() {
    guard drawn > 0 else { return }
    StandardOutput.write(LiveView.frame([], over: drawn))
    drawn = 0
  }
}
