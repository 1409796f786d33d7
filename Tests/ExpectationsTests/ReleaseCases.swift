import Expectations
import Profiles
import RunTimeline

/// A passing, a failing and an undecided case of each kind that asks what a release does to pods.
enum ReleaseCases {
  typealias Case = (kind: Profiles.Expectation.KindName, timeline: Timeline, text: String)

  static func all() throws -> [Case] { pods() + counts() + rollouts() + fences() + services() + configs() }

  /// The same until 100 s, when the run was interrupted.
  static func cut(_ script: ClusterScript) -> Timeline {
    var cut = script
    (cut.end, cut.endReason) = (100, .interrupted)
    cut.heard(at: 99)
    return cut.timeline
  }

  static func whole(_ script: ClusterScript) -> Timeline {
    var whole = script
    whole.heard(at: 200)
    return whole.timeline
  }

  /// A pod that was asked to go and is killed at the end of its grace period.
  static func killed() -> Timeline {
    var script = ClusterScript.healthy()
    script.pod("web-1-1", at: 71, .init(deleted: 70))
    script.pod("web-1-1", at: 101, .init(ready: false, transition: 100, exited: (137, 100), deleted: 70))
    return whole(script)
  }

  private static func pods() -> [Case] {
    let healthy = ClusterScript.healthy()
    var killed = healthy
    killed.pod("web-1-1", at: 71, .init(restarts: 1, ended: ("OOMKilled", 137, 70)))
    func created(scheduled: Double?) -> ClusterScript {
      var script = healthy
      script.pod(
        "web-1-3", at: 80.1, .init(ready: false, transition: 70, created: 70, scheduled: scheduled, isRunning: false))
      return script
    }
    return [
      (.podsStayHealthy, whole(healthy), "{during: surge}"), (.podsStayHealthy, whole(killed), "{during: surge}"),
      (.podsStayHealthy, cut(healthy), "{during: surge}"),
      (.scheduledWithin, whole(created(scheduled: 72)), "{during: surge, within: 5s}"),
      (.scheduledWithin, whole(created(scheduled: nil)), "{during: surge, within: 5s}"),
      (.scheduledWithin, cut(created(scheduled: 72)), "{during: surge, within: 5s}"),
    ]
  }

  private static func counts() -> [Case] {
    let healthy = ClusterScript.healthy()
    var scaled = healthy
    scaled.deployment(at: 70, wanted: 5, available: 2, current: 2, generation: 2, writer: "helm")
    return [
      (.replicasSurvive, whole(healthy), "{during: surge}"), (.replicasSurvive, whole(scaled), "{during: surge}"),
      (.replicasSurvive, cut(healthy), "{during: surge}"),
      (.undisturbed, whole(healthy), "{during: surge}"), (.undisturbed, whole(scaled), "{during: surge}"),
      (.undisturbed, cut(healthy), "{during: surge}"),
    ]
  }

  private static func rollouts() -> [Case] {
    let healthy = ClusterScript.healthy()
    var twice = healthy
    twice.deployment(at: 70, wanted: 2, updated: 1, current: 3, image: "app:v2", generation: 2)
    twice.deployment(at: 80, wanted: 2, updated: 1, current: 3, image: "app:v3", generation: 3, observed: 2)
    return [
      (.oneRollout, whole(healthy), "{during: surge}"), (.oneRollout, whole(twice), "{during: surge}"),
      (.oneRollout, cut(healthy), "{during: surge}"),
    ]
  }

  /// A second ReplicaSet whose annotation allows four pods of both.
  static func surging(to replicas: Int) -> ClusterScript {
    var script = ClusterScript.healthy()
    script.deployment(at: 70, wanted: 2, updated: 0, image: "app:v2", generation: 2)
    script.replicaSet(
      "2", at: 70.2, replicas: replicas, status: 0, revision: 2,
      annotations: #", "deployment.kubernetes.io/max-replicas": "4""#)
    return script
  }

  private static func fences() -> [Case] {
    var refused = ClusterScript.healthy()
    refused.replicaSet("1", at: 70, replicas: 3, status: 2, generation: 2, conditions: quota)
    return [
      (.surgeCeiling, whole(surging(to: 2)), "{during: surge}"),
      (.surgeCeiling, whole(surging(to: 5)), "{during: surge}"),
      (.surgeCeiling, cut(surging(to: 2)), "{during: surge, terminating: 3}"),
      (.podsAdmitted, whole(ClusterScript.healthy()), "{during: surge}"),
      (.podsAdmitted, whole(refused), "{during: surge}"),
      (.podsAdmitted, cut(ClusterScript.healthy()), "{during: surge}"),
    ]
  }

  static let quota = quota(since: 70)

  static func quota(since second: Double) -> String {
    #"{"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": "exceeded quota: few, "#
      + #"requested: pods=1, used: pods=2, limited: pods=2", "lastTransitionTime": "\#(ClusterScript.time(second))"}"#
  }

  /// A ConfigMap that changes at 70 s, when there are two pods of which one has been replaced by a new one since.
  ///
  /// - Parameters:
  ///   - replaced: which pods are replaced by new ones, at 80 s.
  ///   - more: more of the metadata since the change.
  static func changedConfig(replaced: [String], more: String = "") -> ClusterScript {
    var script = ClusterScript.healthy()
    change(&script, replaced: replaced, more: more)
    return script
  }

  static func change(_ script: inout ClusterScript, replaced: [String], more: String = "") {
    script.config("settings", at: 1)
    script.config("settings", at: 70, more)
    for (number, name) in replaced.enumerated() {
      script.pod("web-2-\(number)", at: 79, .init(transition: 78, created: 75, scheduled: 75, hash: "1"))
      script.pod(name, at: 80, .init(ready: false, transition: 80, deleted: 80))
      script.pod(name, at: 81, .init(ready: false, transition: 80, deleted: 80), gone: true)
    }
  }

  private static func configs() -> [Case] {
    let text = "{config: configmap/settings, during: surge, within: 30s}"
    return [
      (.configRolled, whole(changedConfig(replaced: ["web-1-1", "web-1-2"])), text),
      (.configRolled, whole(changedConfig(replaced: ["web-1-1"])), text),
      (.configRolled, cut(changedConfig(replaced: ["web-1-1", "web-1-2"])), text),
    ]
  }

  private static func services() -> [Case] {
    let healthy = ClusterScript.healthy()
    var short = healthy
    short.slice("web-a", at: 70, ready: ["web-1-1"], others: ["web-1-2"])
    short.slice("web-a", at: 80, ready: ["web-1-1", "web-1-2"])
    return [
      (.endpointsFloor, whole(healthy), "{during: surge, atLeast: 2}"),
      (.endpointsFloor, whole(short), "{during: surge, atLeast: 2}"),
      (.endpointsFloor, cut(healthy), "{during: surge, atLeast: 2}"),
    ]
  }
}
