/// Things that are due at an instant, the earliest first, and of one instant the first that was added: a binary heap.
struct DueQueue<Element> {
  private struct Entry {
    let due: Int64
    /// Which one it was of all that were added.
    let number: Int
    let element: Element

    func isBefore(_ other: Entry) -> Bool { (due, number) < (other.due, other.number) }
  }

  private var heap: [Entry] = []
  private var added = 0

  /// When the first is due; `nil` when there is none.
  var firstDue: Int64? { heap.first?.due }

  mutating func add(_ element: Element, due: Int64) {
    heap.append(Entry(due: due, number: added, element: element))
    added += 1
    var place = heap.count - 1
    while place > 0, heap[place].isBefore(heap[(place - 1) / 2]) {
      heap.swapAt(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  mutating func removeFirst() -> (element: Element, due: Int64)? {
    guard let first = heap.first, let last = heap.popLast() else { return nil }
    if heap.isEmpty { return (first.element, first.due) }
    heap[0] = last
    var place = 0
    while true {
      var smallest = place
      let left = 2 * place + 1
      if left < heap.count, heap[left].isBefore(heap[smallest]) { smallest = left }
      if left + 1 < heap.count, heap[left + 1].isBefore(heap[smallest]) { smallest = left + 1 }
      if smallest == place { return (first.element, first.due) }
      heap.swapAt(place, smallest)
      place = smallest
    }
  }
}
