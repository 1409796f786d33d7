import Expectations
import KubernetesObjects
import RunTimeline
import Units

/// What the run was: profile, versions, cluster, clocks.
enum FactSection {
  static func html(_ timeline: Timeline, by profile: JudgedProfile) -> HTML {
    let run = timeline.run
    let offset = timeline.clock.offset
    var facts: [(String, String)] = [
      ("profile", run.profileSource.isEmpty ? run.name : run.profileSource),
      ("judged by", profile.source ?? "the same profile"),
      ("started", run.startedAt.description),
      (
        "ended",
        run.endedAt.map {
          "\($0.preciseClock), \(run.endReason?.rawValue ?? "for no recorded reason")"
            + (run.endDetail.map { detail in ": \(detail)" } ?? "")
        } ?? "no end recorded"
      ),
      ("time scale", "\(run.timeScale.coordinate) s of run time per second of wall time"),
      ("written by", "ScaleProof \(run.toolVersion)"),
    ]
    if let cluster = run.cluster {
      facts += [
        ("cluster", cluster.context), ("namespace", cluster.namespace),
      ]
      for workload in cluster.workloads.all {
        let label = workload.name.map { " \($0)" } ?? ""
        facts += [
          ("workload\(label)", workload.reference.text),
          ("autoscaler\(label.isEmpty ? "" : " of\(label)")", workload.autoscaler ?? "none watched"),
        ]
      }
      facts += [
        ("API server", cluster.serverVersion ?? "version not recorded"),
        (
          "server clock less ours",
          "\(offset.lowerBound.seconds.fixed(3)) s to \(offset.upperBound.seconds.fixed(3)) s, and within the control plane "
            + "\(timeline.clock.skew.lengthText)\(run.timeScale == 1 ? "" : ", of run time")"
        ),
        ("observations", timeline.observationCount.grouped),
      ]
    }
    let certificate = CertificateNotice(run)
    if let certificate { facts.append(("certificate of the target", certificate.text)) }
    facts += run.environment.sorted { $0.key < $1.key }
      .filter { $0.key != "certificate" && $0.key != "certificateExpires" }.map { ($0.key, $0.value) }
    let rows = facts.map { name, value -> HTML in "<div><dt>\(name)</dt><dd>\(value)</dd></div>" }
    return """
      <section aria-labelledby="facts-heading"><h2 id="facts-heading">Facts of the run</h2>
      <dl class="facts-list">\(rows)</dl>
      <details class="profile"><summary>The profile as it was written</summary><pre>\(run.profileText)</pre></details>
      </section>
      """
  }
}
