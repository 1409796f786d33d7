import Foundation
package import KubernetesObjects
package import RunTimeline

/// A recording of a real control plane in which everything took place twice: the same happened to a second Deployment
/// beside the first one, with objects of its own.
package enum TwoWorkloads {
  package static let api = WatchedWorkload(
    name: "api", WorkloadReference(.deployment, "aspnetcore-deployment"), autoscaler: "aspnetcore-hpa")
  package static let web = WatchedWorkload(
    name: "web", WorkloadReference(.deployment, "frontend-deployment"), autoscaler: "frontend-hpa")

  /// - Parameters:
  ///   - name: of the recording.
  ///   - actions: of the run; each bears the name of its workload.
  ///   - both: whether the second workload was rolled out as well.
  ///   - further: what was observed after all else.
  package static func timeline(
    _ name: String = "surge-and-rollout", actions: [ActionSpan] = [], rollingOut both: Bool = true,
    further: [Observation] = []
  ) throws -> Timeline {
    let one = try name == "surge-and-rollout" ? Recordings.surgeAndRollout() : Recordings.timeline(name)
    var run = one.run
    run.cluster?.workloads = WatchedWorkloads(api, others: [web])
    return Timeline(
      run: run, phases: one.phases, actions: actions, observations: try observations(of: name, both) + further,
      clock: one.clock)
  }

  private static func observations(of name: String, _ both: Bool) throws -> [Observation] {
    try Recordings.log(name).observations.flatMap { observation -> [Observation] in
      guard let uid = observation.uid else { return [observation] }
      var other = observation
      other.uid = "second-\(uid)"
      other.name = observation.name.map(renamed)
      other.object = observation.object.map { object in
        var text = renamed(String(decoding: object, as: UTF8.self))
        if !both {
          text = text.replacing(":v2.0.0", with: ":v1.0.0")
            .replacing(/deployment.kubernetes.io\/revision":\s*"2"/, with: #"deployment.kubernetes.io/revision": "1""#)
        }
        return Data(
          text.replacing(#""uid":""#, with: #""uid":"second-"#).replacing(#""uid": ""#, with: #""uid": "second-"#).utf8)
      }
      return [observation, other]
    }
  }

  private static func renamed(_ text: String) -> String { text.replacing("aspnetcore", with: "frontend") }
}
