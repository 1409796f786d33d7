/// What random numbers are drawn for. One purpose tells nothing of another one, whatever their seeds.
package enum DrawPurpose: UInt64, Sendable, CaseIterable {
  /// The gaps between Poisson arrivals.
  case arrivals = 1
  /// The values that requests are filled in with.
  case values = 2
  /// Which row of a data feed a request takes.
  case rows = 3
  /// Names, uids and instants of the simulated cluster.
  case cluster = 4
  /// The variants of a profile that a sweep runs.
  case variants = 5
}

extension SplitMix64 {
  /// The numbers of one place, which depend on all of these and on nothing else.
  ///
  /// A seed plus a multiple of the arrival would not do: a generator whose seed is one increment further is the same sequence
  /// begun one step later. So all parts are hashed into the seed one after the other.
  ///
  /// - Parameters:
  ///   - seed: of the run; equal seeds give equal numbers.
  ///   - stream: of the load.
  ///   - arrival: index of the request in its stream.
  ///   - place: in the request, or another part of the purpose that draws for itself.
  @inline(__always)
  package init(seed: UInt64, purpose: DrawPurpose, stream: Int = 0, arrival: Int = 0, place: Int = 0) {
    var key = Self.hash(seed, purpose.rawValue)
    key = Self.hash(key, UInt64(bitPattern: Int64(stream)))
    key = Self.hash(key, UInt64(bitPattern: Int64(arrival)))
    self.init(seed: Self.hash(key, UInt64(bitPattern: Int64(place))))
  }

  /// The finaliser of MurmurHash3 (A. Appleby, public domain), a bijection in which each bit of the input changes each of
  /// the result with a probability of one half. Another one than that of the sequence, so that hashing and drawing have
  /// nothing in common.
  @inline(__always)
  private static func hash(_ key: UInt64, _ part: UInt64) -> UInt64 {
    var z = key ^ (part &* 0x9FB2_1C65_1E98_DF25 &+ 0xA076_1D64_78BD_642F)
    z = (z ^ (z >> 33)) &* 0xFF51_AFD7_ED55_8CCD
    z = (z ^ (z >> 33)) &* 0xC4CE_B9FE_1A85_EC53
    return z ^ (z >> 33)
  }
}
