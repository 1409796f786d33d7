/// How closely a worker followed its sockets, by which the waiting of requests is told apart: what this machine made them
/// wait, and what the target did.
///
///     wait ──▶ read sockets ──▶ count answers, take up what is due, send ──▶ wait ──▶ …
///            ▲ woken late      └───────────────── busy ─────────────────┘
///
/// While the worker is busy, or woken late, answers lie unread, and places in flight are held by answers rather than by the
/// target. The pause before each reading is the longest that an answer can have lain there. Added up over the answers that
/// were read, and divided by the places, it is what this machine took of the waiting for a place.
struct Attention {
  /// How many requests may be in flight.
  private let places: Int64
  /// When the sockets were last read, in monotonic nanoseconds.
  private(set) var readAt: Int64
  /// How long answers that were read last may have lain unread.
  private var pause: Int64 = 0
  /// What this machine took of the waiting, times ``places``, in nanoseconds since the start. It may wrap around.
  private var taken: Int64 = 0
  /// The longest for which an answer can have lain unread since ``takeLongestPause()``.
  private var longestPause: Int64 = 0
  /// Woken later than this, the worker may have been away all the time that it meant to wait. Nanoseconds.
  private static let punctual: Int64 = 1_000_000
  /// Whether sockets were left unread, or requests unsent although places are free.
  private var isBehind = false
  private var isHoldingBack = false

  init(places: Int, at now: Int64) {
    self.places = Int64(max(places, 1))
    readAt = now
  }

  /// The mark to keep of a moment, for ``wait(since:)``.
  var mark: Int64 { taken }

  /// Nanoseconds that this machine took of the waiting for a place since a mark.
  func wait(since mark: Int64) -> Int64 { (taken &- mark) / places }

  /// The sockets were read.
  ///
  /// - Parameters:
  ///   - waited: when the worker began to wait for them.
  ///   - planned: when it was to be woken at the latest.
  ///   - isComplete: whether every socket that was ready has been read.
  mutating func read(at now: Int64, waited: Int64, planned: Int64, isComplete: Bool) {
    let before = isBehind ? pause : 0
    let late = max(now - max(planned, waited), 0)
    pause = before + (waited - readAt) + late
    if isHoldingBack { taken &+= (now - readAt) &* places }
    longestPause = max(longestPause, pause, late > Self.punctual ? now - readAt : 0)
    isBehind = !isComplete
    readAt = now
  }

  /// An answer was among what was read last.
  mutating func answered() { taken &+= pause }

  /// - Parameter isHoldingBack: whether requests wait although fewer than all places are in use.
  mutating func sent(isHoldingBack: Bool) { self.isHoldingBack = isHoldingBack }

  mutating func takeLongestPause() -> Int64 {
    defer { longestPause = 0 }
    return longestPause
  }
}
