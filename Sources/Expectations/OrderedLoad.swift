import LoadFacts
import RunTimeline
import Units

/// The load of a run in the order in which its intervals begin, as a whole and by route: what is asked of a window looks at that
/// part alone.
struct OrderedLoad {
  private let all: [LoadInterval]
  private let byRoute: [String: [LoadInterval]]
  private let longest: Duration
  /// Those in which requests were sent late.
  let late: [LoadInterval]

  init(_ load: [LoadInterval]) {
    all = load.sorted { $0.start < $1.start }
    byRoute = Dictionary(grouping: all, by: \.route)
    longest = all.map { $0.end - $0.start }.max() ?? .zero
    late = all.filter { $0.late > 0 }
  }

  /// - Parameter route: `nil` for all of them.
  func intervals(of route: String?) -> [LoadInterval] {
    route.map { byRoute[$0] ?? [] } ?? all
  }

  /// All that have an instant in common with a window, and perhaps some that lie right before it.
  func intervals(of route: String? = nil, near window: InstantBounds) -> ArraySlice<LoadInterval> {
    let intervals = intervals(of: route)
    let first = intervals.indexOfRest { $0.start >= window.earliest - longest }
    return intervals[first..<max(first, intervals.indexOfRest { $0.start > window.latest })]
  }
}
