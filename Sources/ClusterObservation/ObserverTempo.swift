package import ClientRules
import KubernetesClient
import Synchronization

/// How often and how patiently a cluster is observed; all of it wall time.
package struct ObserverTempo: Sendable {
  /// Between two proving lists of a resource.
  package var relistInterval: Duration
  /// After how long, at least, a watch is opened anew; at most twice as long, so that not all are at once.
  package var watchSeconds: Int
  /// What a watch has for bringing what a list beside it showed; then it is opened anew.
  package var patience: Duration
  /// Between tries of what failed.
  package var pace: RetryPace
  package var budget: RetryBudget
  /// How many objects of a list are asked for at once.
  package var partSize: Int

  package init(
    relistInterval: Duration = .seconds(30), watchSeconds: Int = 300, patience: Duration = .seconds(2),
    pace: RetryPace = .usual, budget: RetryBudget = .usual, partSize: Int = APIClient.partSize
  ) {
    self.relistInterval = relistInterval
    self.watchSeconds = watchSeconds
    self.patience = patience
    self.pace = pace
    self.budget = budget
    self.partSize = partSize
  }
}

/// The tries that all resources of an observer share.
final class SharedBudget: Sendable {
  private let budget: Mutex<RetryBudget>
  private let begun = ContinuousClock.now

  init(_ budget: RetryBudget) {
    self.budget = Mutex(budget)
  }

  /// Wall time to wait before something is tried again that failed.
  ///
  /// - Parameter wait: what it would wait by itself.
  func wait(_ wait: Duration) -> Duration {
    let own = RetryPace.spread(wait, by: Double.random(in: 0...1))
    return max(own, budget.withLock { $0.take(at: begun.duration(to: .now)) })
  }
}
