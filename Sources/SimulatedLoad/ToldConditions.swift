/// Conditions that neither the cluster nor what is done to it sees: who counts the load says when they are met. For one
/// thread.
package final class ToldConditions {
  private var awaited: Int
  private(set) var faults: [Int] = []
  private(set) var actions: [Int] = []

  /// - Parameter awaited: how many there are.
  package init(awaited: Int = 0) {
    self.awaited = awaited
  }

  /// Whether one is waited for, or was met and nothing has begun yet.
  var areDue: Bool { awaited > 0 || !faults.isEmpty || !actions.isEmpty }

  /// Has a fault of the cluster begin, by its number.
  package func meet(fault index: Int) {
    faults.append(index)
    awaited -= 1
  }

  /// Has an action begin, by its number.
  package func meet(action index: Int) {
    actions.append(index)
    awaited -= 1
  }

  /// - Returns: what has come to be met since the last call.
  func take() -> (faults: [Int], actions: [Int]) {
    defer { (faults, actions) = ([], []) }
    return (faults, actions)
  }
}
