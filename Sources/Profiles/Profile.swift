/// What a user asks for: a target, a cluster, requests, load, actions and expectations; validated.
package struct Profile: Sendable, Equatable {
  package var name: String
  /// The file it was read from, for messages and reports.
  package var source: String
  package var target: Target
  /// `nil` for a run that looks at no cluster.
  package var cluster: ClusterReference?
  package var requests: [RequestRoute]
  package var load: LoadSettings
  package var actions: [PlannedAction]
  package var expectations: [Expectation]
}
