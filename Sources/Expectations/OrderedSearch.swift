extension Array {
  /// Where the rest begins for which a condition holds: for all behind one that it holds for; the end where it holds for none.
  func indexOfRest(where condition: (Element) -> Bool) -> Int {
    var (low, high) = (startIndex, endIndex)
    while low < high {
      let middle = (low + high) / 2
      if condition(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
