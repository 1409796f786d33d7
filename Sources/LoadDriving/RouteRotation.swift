/// Why no rotation can be made of some weights, in one line.
package struct RotationProblem: Error, Sendable, Equatable, CustomStringConvertible {
  package let description: String
}

/// Which route an arrival takes: exact proportions, spread as evenly as they can be.
///
/// Smooth weighted round robin as in nginx (`ngx_http_upstream_round_robin.c`): in each step every route gains its
/// weight, the richest is taken and pays the sum of all weights. The sequence repeats after that sum, so it is computed once
/// and an arrival looks up its index in it; workers need not agree on anything.
package struct RouteRotation: Sendable {
  /// Longer cycles would only serve weights like 1 : 1,000,000.
  static let maximumCycle = 100_000

  private let cycle: [Int]
  /// For each place of the cycle, how many places before it have the same route.
  private let ordinals: [Int]
  /// How often each route stands in the cycle.
  private let shares: [Int]

  /// - Parameter weights: at least one, each at least 1.
  package init(weights: [Int]) throws(RotationProblem) {
    guard !weights.isEmpty, weights.allSatisfy({ (1...Self.maximumCycle).contains($0) }) else {
      throw RotationProblem(
        description: "the load needs at least one route, each with a weight from 1 to \(Self.maximumCycle)")
    }
    let divisor = weights.reduce(0, Self.greatestCommonDivisor)
    let shares = weights.map { $0 / divisor }
    let total = shares.reduce(0, +)
    guard total <= Self.maximumCycle else {
      throw RotationProblem(
        description:
          "the weights of the routes add up to \(total) after division by their common divisor; at most "
          + "\(Self.maximumCycle) is possible: use rounder weights")
    }
    var wealth = shares.map { _ in 0 }
    let cycle = (0..<total).map { _ in
      var richest = 0
      for route in shares.indices {
        wealth[route] += shares[route]
        if wealth[route] > wealth[richest] { richest = route }
      }
      wealth[richest] -= total
      return richest
    }
    var counts = shares.map { _ in 0 }
    ordinals = cycle.map { route in
      defer { counts[route] += 1 }
      return counts[route]
    }
    self.cycle = cycle
    self.shares = shares
  }

  func route(ofArrival index: Int) -> Int {
    cycle[index % cycle.count]
  }

  /// How many earlier arrivals have taken the same route.
  func ordinal(ofArrival index: Int) -> Int {
    let (rounds, place) = index.quotientAndRemainder(dividingBy: cycle.count)
    return rounds * shares[cycle[place]] + ordinals[place]
  }

  private static func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
    b == 0 ? a : greatestCommonDivisor(b, a % b)
  }
}
