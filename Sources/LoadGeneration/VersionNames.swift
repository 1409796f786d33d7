import Curl

/// Names of versions from response headers, each made into a `String` once.
///
/// The headers come from outside, so their number and length are bounded: beyond, a version is called `other`.
struct VersionNames {
  static let maximumCount = 64
  static let maximumLength = 128

  private var known: [(bytes: [UInt8], name: String)] = []

  /// The version that answered; `nil` when the header is missing.
  mutating func name(in transfer: borrowing Transfer, header: HeaderName) -> String? {
    transfer.withHeader(header) { value in
      let bytes = value.prefix(Self.maximumLength)
      for (candidate, name) in known where candidate.elementsEqual(bytes) { return name }
      guard known.count < Self.maximumCount else { return "other" }
      let name = String(decoding: bytes, as: UTF8.self)
      known.append((Array(bytes), name))
      return name
    }
  }
}
