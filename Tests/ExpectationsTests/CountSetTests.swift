import Arrivals
import Testing

@testable import Expectations

@Suite("Sets of counts")
struct CountSetTests {
  /// A set and its members one by one.
  private static func random(_ random: inout SplitMix64) -> (set: CountSet, members: Set<Int>) {
    let ranges = (0..<Int.random(in: 0...4, using: &random)).map { _ in
      let low = Int.random(in: 0...20, using: &random)
      return low...low + Int.random(in: 0...4, using: &random)
    }
    return (CountSet(joining: ranges), Set(ranges.joined()))
  }

  private static func members(_ set: CountSet) -> Set<Int> { Set(set.ranges.joined()) }

  @Test(
    "Each operation holds exactly what it holds for the members one by one", arguments: 1...300 as ClosedRange<UInt64>)
  func operations(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let (one, ones) = Self.random(&random)
    let (other, others) = Self.random(&random)
    let edge = Int.random(in: 0...24, using: &random)
    let pairs = ones.flatMap { one in others.map { (one, $0) } }
    let single = ones.isEmpty || others.isEmpty ? ones.union(others) : nil

    #expect(Self.members(one) == ones)
    #expect(Self.members(one.union(other)) == ones.union(others))
    #expect(Self.members(one.from(edge)) == ones.filter { $0 >= edge })
    #expect(Self.members(one.upTo(edge)) == ones.filter { $0 <= edge })
    #expect(Self.members(one.map { $0 * 2 }) == Set(ones.map { $0 * 2 }))
    #expect(Self.members(.larger(one, other)) == single ?? Set(pairs.map { max($0, $1) }))
    #expect(Self.members(.smaller(one, other)) == single ?? Set(pairs.map { min($0, $1) }))
    #expect((0...30).allSatisfy { one.contains($0) == ones.contains($0) })
    #expect(zip(one.ranges, one.ranges.dropFirst()).allSatisfy { $0.upperBound + 1 < $1.lowerBound })
  }

  @Test(
    "A set is told as people would say it",
    arguments: [
      ([3...3], "3"), ([3...3, 10...10], "3 or 10"), ([3...4], "3 or 4"),
      ([5...7, 2...2, 12...13], "2, 5 to 7, 12 or 13"),
      ([4...Int(Int32.max)], "4 to any more"),
    ])
  func text(ranges: [ClosedRange<Int>], text: String) {
    #expect(CountSet(joining: ranges).text == text)
  }
}
