/// A kind of expectation: what a user writes of it, in which words it is told, and what of a run it asks about.
///
/// Each is one file in `Kinds`, named in ``Expectation/KindName`` and ``Expectation/Kind``; how it is judged is another file,
/// in `Expectations`.
package protocol ExpectationKind: Sendable, Equatable {
  /// As a profile calls it.
  static var name: Expectation.KindName { get }
  /// What it expects, in a sentence for guides and editors.
  static var summary: String { get }
  /// Every key that a profile may give it, in the order in which guides name them.
  static var fields: [FieldDeclaration] { get }
  /// What may stand behind its name in a profile: `{after: surge.start, to: ">= 8", within: 90s}`.
  static var example: String { get }
  /// What it asks about.
  static var subject: Expectation.Subject { get }

  /// Reads what stands behind its name; `nil` after a problem was told.
  init?(_ body: KindBody)

  var kind: Expectation.Kind { get }
  /// The expectation in one line: `ready replicas >= 8 within 90s of surge.start`.
  var sentence: String { get }
  /// The part of the run that it looks at.
  var scope: Expectation.Scope { get }
  /// The windows that it names.
  var windows: [Window] { get }
  /// What it tells of the flags of the cluster's controller.
  var controller: Expectation.ControllerFlags { get }
  /// The longest latency of a request that it still accepts; `nil` where it says nothing of that.
  var acceptedLatency: Duration? { get }
}

extension ExpectationKind {
  package var controller: Expectation.ControllerFlags { Expectation.ControllerFlags() }
  package var acceptedLatency: Duration? { nil }
  package var name: Expectation.KindName { Self.name }
  package var subject: Expectation.Subject { Self.subject }
  package var windows: [Window] { if case .window(let window) = scope { [window] } else { [] } }

  /// Whether it is about one workload, which has to be named where there are several.
  package var isOfOneWorkload: Bool { subject != .requests || windows.contains(where: \.isOfOneWorkload) }
}

extension Expectation {
  /// What a kind asks about, and so what a run must have for it.
  package enum Subject: Sendable, Equatable {
    /// Requests: a run without load has none.
    case requests
    /// The pods of a workload, or its rollouts.
    case workload
    /// What an autoscaler makes of a workload.
    case scaling
    /// All that an autoscaler does, at all times of the window.
    case autoscaler
  }

  /// The part of a run that an expectation looks at.
  package enum Scope: Sendable, Equatable {
    case window(Window)
    /// What follows a moment.
    case after(Moment)
    /// The rollout that an action starts.
    case rollout(action: String)
    /// All that was recorded.
    case recording
  }
}
