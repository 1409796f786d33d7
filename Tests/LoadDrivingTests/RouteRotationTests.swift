import Testing

@testable import LoadDriving

@Suite("Rotation of routes")
struct RouteRotationTests {
  @Test("weights 5 : 1 : 1 are spread as nginx spreads them")
  func smooth() throws {
    let rotation = try RouteRotation(weights: [5, 1, 1])
    #expect((0..<7).map { rotation.route(ofArrival: $0) } == [0, 0, 1, 0, 2, 0, 0])
  }

  @Test(
    "proportions are exact after each cycle, whatever common divisor the weights have",
    arguments: [
      [1], [8, 2], [300, 100, 100], [7, 11, 13, 1],
    ])
  func exactProportions(weights: [Int]) throws {
    let rotation = try RouteRotation(weights: weights)
    let total = weights.reduce(0, +)
    var counts = weights.map { _ in 0 }
    for arrival in 0..<(3 * total) { counts[rotation.route(ofArrival: arrival)] += 1 }
    #expect(counts == weights.map { 3 * $0 })
  }

  @Test("weights that would need an endless cycle are refused")
  func tooFine() throws {
    #expect(throws: RotationProblem.self) { try RouteRotation(weights: [99_999, 7]) }
  }

  @Test("the number among requests of the same kind counts each kind by itself")
  func ordinals() throws {
    let rotation = try RouteRotation(weights: [5, 1, 2])
    var counts = [0, 0, 0]
    for arrival in 0..<100 {
      let route = rotation.route(ofArrival: arrival)
      #expect(rotation.ordinal(ofArrival: arrival) == counts[route])
      counts[route] += 1
    }
  }
}

@Suite("Queue of pending requests")
struct PendingQueueTests {
  @Test("it stays first in, first out while it grows and wraps")
  func order() {
    var queue = PendingQueue()
    var added = 0
    var taken = 0
    for round in 0..<50 {
      for _ in 0..<(100 + round * 7) {
        queue.append(.init(arrival: added, due: 0, interval: 0, route: 0))
        added += 1
      }
      for _ in 0..<(90 + round * 5) {
        #expect(queue.first?.arrival == taken)
        queue.removeFirst()
        taken += 1
      }
    }
    #expect(queue.count == added - taken)
  }
}
