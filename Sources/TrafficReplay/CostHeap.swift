/// A binary heap of what merges would cost, the cheapest on top; of equal ones the first in the row.
struct CostHeap: Sendable {
  struct Entry: Sendable {
    let cost: Double
    let left: Int
    let version: Int

    static func < (one: Entry, other: Entry) -> Bool { (one.cost, one.left) < (other.cost, other.left) }
  }

  private var entries: [Entry] = []

  var top: Entry? { entries.first }

  mutating func insert(_ entry: Entry) {
    entries.append(entry)
    var index = entries.count - 1
    while index > 0, entries[index] < entries[(index - 1) / 2] {
      entries.swapAt(index, (index - 1) / 2)
      index = (index - 1) / 2
    }
  }

  mutating func removeTop() {
    guard let last = entries.popLast(), !entries.isEmpty else { return }
    entries[0] = last
    var index = 0
    while true {
      var smallest = index
      for child in [2 * index + 1, 2 * index + 2] where child < entries.count && entries[child] < entries[smallest] {
        smallest = child
      }
      guard smallest != index else { return }
      entries.swapAt(index, smallest)
      index = smallest
    }
  }
}
