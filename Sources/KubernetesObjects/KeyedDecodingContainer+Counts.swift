extension KeyedDecodingContainer {
  /// Reads a count, a number of seconds or a port, which Kubernetes keeps in 32 bits: a longer number is none that an API
  /// server has written, and sums of what fits do not overflow. Fields of 64 bits are `Int64` in these types.
  ///
  /// The synthesised decoding of the types of this module takes this in place of the standard library's.
  func decode(_ type: Int.Type, forKey key: Key) throws -> Int {
    Int(try decode(Int32.self, forKey: key))
  }

  func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? {
    try decodeIfPresent(Int32.self, forKey: key).map { Int($0) }
  }
}
