import Arrivals
import Testing

@testable import LoadDriving

@Suite("Requests in the order in which their time is over")
struct ExpiryQueueTests {
  @Test("the first is always the one that has been there for longest, whatever leaves in between", arguments: 1...3)
  func order(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    var queue = ExpiryQueue()
    var expected: [Int] = []
    for _ in 0..<20_000 {
      let token = Int.random(in: 0..<50, using: &generator)
      if let place = expected.firstIndex(of: token) {
        expected.remove(at: place)
        queue.remove(token)
      } else {
        expected.append(token)
        queue.append(token)
      }
      #expect(queue.first == expected.first)
    }
    while let token = queue.first {
      #expect(token == expected.removeFirst())
      queue.remove(token)
    }
    #expect(expected.isEmpty)
    queue.remove(3)
    queue.remove(1000)
    #expect(queue.first == nil)
  }
}
