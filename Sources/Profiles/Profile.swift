/// What a user asks for: a target, a cluster, requests, load, actions and expectations; validated.
package struct Profile: Sendable, Equatable {
  package var name: String
  /// The file it was read from, for messages and reports.
  package var source: String
  package var target: Target
  /// `nil` for a run that looks at no cluster.
  package var cluster: ClusterReference?
  package var requests: [RequestRoute]
  /// The files that requests are filled in from.
  package var data: [CSVFeed]
  package var load: LoadSettings
  /// When the run ends early; whichever holds first.
  package var abortOn: [StopRule]
  package var actions: [PlannedAction]
  package var expectations: [Expectation]
  /// What it is the example of, where it is one.
  package var incident: Incident?
}

extension Profile {
  /// Run time per wall time: that of the simulated cluster, 1 for a real one or none.
  package var timeScale: Double {
    if case .simulated(let simulation)? = cluster?.kind { simulation.timeScale } else { 1 }
  }
}
