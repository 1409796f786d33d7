/// A small generator with a seed, so that equal runs give equal names (S. Vigna, "SplitMix64", public domain).
struct SeededRandom: RandomNumberGenerator, Sendable {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }

  /// Letters and digits that Kubernetes puts at the end of generated names: none that could make a word
  /// (Kubernetes, apimachinery/pkg/util/rand/rand.go).
  private static let nameAlphabet = Array("bcdfghjklmnpqrstvwxz2456789")

  mutating func suffix(length: Int = 5) -> String {
    String((0..<length).map { _ in Self.nameAlphabet[Int(next() % UInt64(Self.nameAlphabet.count))] })
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
    Double(next() >> 11) * 0x1p-53
  }

  static func hexadecimal(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
