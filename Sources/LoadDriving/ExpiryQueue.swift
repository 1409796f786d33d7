/// Requests on their way in the order in which their time is over, which is the order in which they were sent, since all
/// have the same time: a list threaded through an array, so that a request leaves it in one step.
struct ExpiryQueue {
  private static let none = -1

  private struct Link {
    var previous = ExpiryQueue.none
    var next = ExpiryQueue.none
    var isListed = false
  }

  /// By token, and behind them nothing: the array grows when it is too short and never shrinks.
  private var links: [Link] = []
  private var head = none
  private var tail = none

  /// The token of the request whose time is over first.
  var first: Int? { head == Self.none ? nil : head }

  /// - Parameter token: of a request that is not in the queue.
  mutating func append(_ token: Int) {
    while token >= links.count { links.append(Link()) }
    links[token] = Link(previous: tail, next: Self.none, isListed: true)
    if tail == Self.none { head = token } else { links[tail].next = token }
    tail = token
  }

  /// Takes a request out, if it is there.
  mutating func remove(_ token: Int) {
    guard token < links.count, links[token].isListed else { return }
    let link = links[token]
    if link.previous == Self.none { head = link.next } else { links[link.previous].next = link.next }
    if link.next == Self.none { tail = link.previous } else { links[link.next].previous = link.previous }
    links[token].isListed = false
  }
}
