import Testing

@testable import LoadGeneration

@Suite("Requests in the order in which their time is over")
struct ExpiryQueueTests {
  @Test("the first is always the one that has been there for longest, whatever leaves in between")
  func order() {
    var random = SystemRandomNumberGenerator()
    let seed = UInt64.random(in: 0...UInt64.max, using: &random)
    print("seed \(seed)")
    var generator = SplitMix(state: seed)
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

/// Steele, Lea and Flood's generator, so that a seed gives the same numbers everywhere.
private struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
