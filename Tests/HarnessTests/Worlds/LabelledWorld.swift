import Expectations
import Profiles
import Units

/// A world in which one kind of expectation is met, or not by a fault that is switched on, and of which it is known which.
///
/// What is known comes from the simulation itself (``SimulatedTruth``), never from its recording.
struct LabelledWorld: Sendable {
  /// What makes a world another one.
  struct Change: Sendable {
    /// Entries of `cluster.simulated.faults`.
    var faults: [String] = []
    /// Other fields, as `--set` takes them.
    var fields: [String] = []
  }

  /// A file of `Tests/Resources/worlds`, without its ending.
  var profile = "scaling"
  /// What stands behind the name of the kind.
  var expectation: String
  /// What makes the profile this world.
  var setting = Change()
  /// What then makes it go wrong.
  var fault: Change
  /// What hides from the observer what decides; in the world as it is right.
  var blindfold = Change.observerCutOff
  /// Whether the simulation did what is expected; `nil` where it is asked for nothing.
  var isMet: @Sendable (SimulatedTruth) throws -> Bool
}

extension LabelledWorld.Change {
  /// The observer hears nothing any more from the calm on, and knows that.
  static let observerCutOff = LabelledWorld.Change(faults: [
    "{at: calm + 20s, apiErrors: {status: 503, verbs: [list, watch]}}", "{at: calm + 21s, watchesDropped: true}",
  ])
}
