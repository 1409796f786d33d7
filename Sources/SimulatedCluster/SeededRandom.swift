import Arrivals

/// What the cluster chooses at random, by a seed, so that equal runs give equal names.
struct SeededRandom: RandomNumberGenerator, Sendable {
  private var numbers: SplitMix64

  init(seed: UInt64) {
    numbers = SplitMix64(seed: seed, purpose: .cluster)
  }

  mutating func next() -> UInt64 { numbers.next() }

  /// Letters and digits that Kubernetes puts at the end of generated names: none that could make a word
  /// (Kubernetes, apimachinery/pkg/util/rand/rand.go).
  private static let nameAlphabet = Array("bcdfghjklmnpqrstvwxz2456789")

  mutating func suffix(length: Int = 5) -> String {
    String((0..<length).map { _ in Self.nameAlphabet[Int.random(in: Self.nameAlphabet.indices, using: &self)] })
  }

  /// A version 4 UUID.
  mutating func uid() -> String {
    let high = next() & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
    let low = next() & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
    let digits = Array(Self.hexadecimal(high) + Self.hexadecimal(low))
    return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(digits[$0]) }.joined(separator: "-")
  }

  /// A number in `0..<1`.
  mutating func fraction() -> Double {
    numbers.nextUnit()
  }

  static func hexadecimal(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
