import RunTimeline
import Units

/// How many requests came to each ready pod.
struct LoadPerPod {
  private let load: AttributedLoad
  private let ready: CountEnvelope

  /// For how long nothing fails where as much is answered as comes: what is too much piles up first.
  private static let enough = Duration.seconds(60)
  /// Of a route, which part of its requests is as many, since routes are drawn.
  private static let share = 0.75

  /// `nil` where several workloads share the load, of which nobody knows how.
  init?(_ load: AttributedLoad, _ pods: ServingPods) {
    guard let ready = pods.ready else { return nil }
    (self.load, self.ready) = (load, ready)
  }

  /// Whether as many requests for each pod as some failures had beside them, and about as many of each route, which may ask for
  /// more than others, were answered without any at another time.
  func wasAnswered(asMuchAsIn part: Stretches) -> Bool {
    guard let failing = highest(in: part) else { return false }
    var some = Sum()
    for slice in load.slices {
      guard slice.failed == 0, slice.range.length > .zero, let most = ready.range(at: slice.middle)?.upperBound,
        most > 0
      else {
        some = Sum()
        continue
      }
      some.add(slice, pods: most)
      if some.length >= Self.enough {
        if some.isAsMuch(as: failing) { return true }
        some = Sum()
      }
    }
    return false
  }

  /// Where as few pods were ready as may be; `nil` where there may have been none.
  private func highest(in part: Stretches) -> Sum? {
    var sum = Sum()
    for slice in load.slices where slice.failed > 0 && part.share(of: slice.range) > 0 {
      guard let least = ready.range(at: slice.middle)?.lowerBound, least > 0 else { return nil }
      sum.add(slice, pods: least)
    }
    return sum.podSeconds > 0 ? sum : nil
  }

  private struct Sum {
    var requests = 0
    var requestsByRoute: [String: Int] = [:]
    var podSeconds = 0.0
    var length = Duration.zero

    mutating func add(_ slice: AttributedLoad.Slice, pods: Int) {
      requests += slice.requests
      requestsByRoute.merge(slice.requestsByRoute, uniquingKeysWith: +)
      podSeconds += Double(pods) * slice.range.length.seconds
      length += slice.range.length
    }

    func isAsMuch(as other: Sum) -> Bool {
      func isEnough(_ own: Int, _ others: Int, _ share: Double) -> Bool {
        Double(own) / podSeconds >= share * Double(others) / other.podSeconds
      }
      return isEnough(requests, other.requests, 1)
        && other.requestsByRoute.allSatisfy { isEnough(requestsByRoute[$0.key] ?? 0, $0.value, LoadPerPod.share) }
    }
  }
}
