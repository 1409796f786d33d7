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

  /// - Parameter actions: of the run; each bears the name of its workload.
  package static func timeline(actions: [ActionSpan] = []) throws -> Timeline {
    let one = try Recordings.surgeAndRollout()
    var run = one.run
    run.cluster?.workloads = WatchedWorkloads(api, others: [web])
    return Timeline(
      run: run, phases: one.phases, actions: actions, observations: try observations(), clock: one.clock)
  }

  package static func observations() throws -> [Observation] {
    try Recordings.log("surge-and-rollout").observations.flatMap { observation -> [Observation] in
      guard let uid = observation.uid else { return [observation] }
      var other = observation
      other.uid = "second-\(uid)"
      other.name = observation.name.map(renamed)
      other.object = observation.object.map { object in
        let text = renamed(String(decoding: object, as: UTF8.self))
        return Data(
          text.replacing(#""uid":""#, with: #""uid":"second-"#).replacing(#""uid": ""#, with: #""uid": "second-"#).utf8)
      }
      return [observation, other]
    }
  }

  private static func renamed(_ text: String) -> String { text.replacing("aspnetcore", with: "frontend") }
}
