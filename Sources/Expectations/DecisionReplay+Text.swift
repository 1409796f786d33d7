import AutoscalerModel
import KubernetesObjects
import RunTimeline
import Units

extension DecisionReplay {
  /// The replay as lines of text: the spec, the rescales in short, and every sync with what bound it.
  ///
  /// What a sync has in common with the one before is not said again.
  package func lines(of record: ScalingRecord) -> [String] {
    var lines = Self.head(record)
    if let misdirection = record.misdirection { return lines + ["Nothing can be explained: \(misdirection)."] }
    if entries.isEmpty { return lines + ["No sync left a trace: the autoscaler wrote no status."] }
    let rescales = entries.filter { $0.from != $0.to }
    if rescales.isEmpty {
      lines += ["It did not rescale.", ""]
    } else {
      lines += ["Rescales:"] + rescales.map(Self.headline) + [""]
    }
    lines.append("Every sync that left a trace:")
    var rows: [(at: Duration, lines: [String])] = []
    var said = ""
    for entry in entries {
      let reason = Self.reason(entry)
      rows.append(
        (entry.at.latest, [Self.headline(entry)] + (reason.joined() == said ? [] : reason) + Self.repeats(entry)))
      said = reason.joined()
    }
    for absence in record.history.absences {
      let object = "\(absence.kind) \(absence.name)"
      rows.append((absence.deleted.latest, ["\(Self.instant(absence.deleted))  \(object) was \(absence.fact)"]))
      guard let recreated = absence.recreated else { continue }
      let author = absence.recreatedBy.map { " by \($0)" } ?? ", by whom is not recorded"
      rows.append((recreated.latest, ["\(Self.instant(recreated))  \(object) was made anew\(author)"]))
    }
    for edit in record.edits { rows.append((edit.at.latest, ["\(Self.instant(edit.at))  \(edit.text)"])) }
    for change in record.changes {
      let step = "\(Self.instant(change.at))  \(change.from) -> \(change.to)"
      switch change.author {
      case .other(let name): rows.append((change.at.latest, ["\(step)  by \(name), not by the autoscaler"]))
      case .unknown: rows.append((change.at.latest, ["\(step)  by somebody unknown: no managed fields tell"]))
      case .autoscaler where change.sync == nil:
        rows.append((change.at.latest, ["\(step)  by the autoscaler, whose status of it was not seen"]))
      case .autoscaler: break
      }
    }
    return lines
      + rows.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }.flatMap(\.element.lines)
  }

  /// What is explained, and by which rules.
  private static func head(_ record: ScalingRecord) -> [String] {
    var lines = [rules(record)]
    if let autoscaler = record.history.autoscaler.last?.object {
      lines.append("HPA \(autoscaler.metadata.name ?? ""): \(summary(of: autoscaler.spec, record))")
    }
    return lines + [""]
  }

  /// By which version is explained.
  static func rules(_ record: ScalingRecord) -> String {
    let version = record.versionIsKnown ? "" : " (the recording does not say which; another may differ)"
    return "Explained by the autoscaler of Kubernetes \(record.version)\(version)."
  }

  /// `3 to 10 replicas; cpu at 70 % of the request; scaleUp …`.
  static func summary(of spec: HorizontalPodAutoscaler.Spec, _ record: ScalingRecord) -> String {
    let plan = ScalingPlan(spec, settings: record.settings, version: record.version)
    let metrics = plan.metrics.map(Self.target).joined(separator: "; ")
    return
      "\(plan.minReplicas) to \(plan.maxReplicas) replicas; \(metrics); \(behavior(plan, settings: record.settings))"
  }

  private static func target(_ metric: PlannedMetric) -> String {
    switch metric.source {
    case .resource(let name, let container, .utilization(let percent)):
      "\(name)\(container.map { " of container \($0)" } ?? "") at \(percent) % of the request"
    case .resource(let name, let container, .average(let milli)):
      "\(name)\(container.map { " of container \($0)" } ?? "") at \(Quantity(milli: milli)) a pod"
    case .pods(let milli): "\(metric.text) at \(Quantity(milli: milli)) a pod"
    case .object(.value(let milli)), .external(.value(let milli)): "\(metric.text) at \(Quantity(milli: milli))"
    case .object(.average(let milli)), .external(.average(let milli)):
      "\(metric.text) at \(Quantity(milli: milli)) a replica"
    case .invalid(let problem): "\(problem)"
    }
  }

  private static func behavior(_ plan: ScalingPlan, settings: ControllerSettings) -> String {
    guard let behavior = plan.behavior else {
      return "no behavior: up to max(2 x current, 4) in one step, down after \(settings.downscaleStabilization.text)"
    }
    func text(_ name: String, _ rules: ScalingRules) -> String {
      if rules.selectPolicy == .disabled { return "\(name) disabled" }
      let policies = rules.policies.map { policy in
        (policy.type == .percent ? "\(policy.value) %" : policy.value.of("pod")) + "/\(policy.periodSeconds)s"
      }
      return "\(name) \(policies.joined(separator: " or ")), window \(rules.stabilizationWindowSeconds)s"
    }
    return "\(text("scaleUp", behavior.scaleUp)); \(text("scaleDown", behavior.scaleDown))"
  }

  private static func headline(_ entry: Entry) -> String {
    let kept = entry.couldNotRead ? "could not read the count" : "stays at \(entry.from)"
    let step = entry.from == entry.to ? kept : "\(entry.from) -> \(entry.to)"
    let term = entry.decision.map { $0.bindingTerm.name } ?? "unknown"
    return "\(instant(entry.at))  \(step)  [\(entry.agrees ? term : "not explained")]  \(entry.reading)"
  }

  private static func reason(_ entry: Entry) -> [String] {
    guard let decision = entry.decision else { return [indent + entry.alternative] }
    var lines = ["\(indent)model: \(decision.sentence)"]
    if !entry.agrees {
      return lines + ["\(indent)the controller did something else, which no history that was searched explains"]
    }
    if !entry.confirmed { lines.append("\(indent)its own conditions or events say otherwise") }
    if let assumption = entry.assumption { lines.append("\(indent)provided that \(assumption)") }
    if !entry.otherTerms.isEmpty {
      lines.append(
        "\(indent)or bound by: \(entry.otherTerms.joined(separator: ", ")); what was observed fits that as well")
    }
    return lines + ["\(indent)otherwise: \(entry.alternative)"]
  }

  static let indent = String(repeating: " ", count: 12)

  private static func repeats(_ entry: Entry) -> [String] {
    var lines: [String] = []
    if entry.repeats > 0 {
      let syncs = entry.repeats == 1 ? "the next sync" : "the next \(entry.repeats) syncs"
      lines.append("\(indent)\(syncs) came to the same and wrote nothing")
    }
    if entry.possibleRepeats > 0 {
      lines.append(
        "\(indent)how many syncs followed without a trace is not known (\(entry.possibleRepeats) at most): the controller "
          + "was restarted or stood still, or nobody watched")
    }
    return lines
  }

  /// Ten characters: `    163.4s`.
  private static func instant(_ at: InstantBounds) -> String { instant(at.latest) }

  static func instant(_ at: Duration) -> String {
    let text = seconds(at)
    return String(repeating: " ", count: max(0, 10 - text.count)) + text
  }

  static func seconds(_ instant: Duration) -> String {
    let tenths = Int((instant.seconds * 10).rounded())
    return "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10)s"
  }
}
