/// Requests that are due and wait for a place in flight, first due first: a ring that grows when it is full and never
/// shrinks.
struct PendingQueue {
  private var ring = [PendingRequest](repeating: PendingRequest(), count: 1024)
  private var head = 0
  private(set) var count = 0

  var first: PendingRequest? { count == 0 ? nil : ring[head] }

  mutating func append(_ request: PendingRequest) {
    if count == ring.count {
      ring = Array(ring[head...]) + Array(ring[..<head]) + [PendingRequest](repeating: PendingRequest(), count: count)
      head = 0
    }
    ring[(head + count) % ring.count] = request
    count += 1
  }

  mutating func removeFirst() {
    head = (head + 1) % ring.count
    count -= 1
  }
}
