/// Nearest valid name for a mistyped one, for the hint of an error.
package enum Spelling {
  /// The candidate with the smallest edit distance to `name`, if it is near enough to be meant.
  ///
  /// Near enough is at most one edit per three characters, and at least one edit is always allowed. A name of one
  /// character that is another has nothing in common with it.
  package static func nearest(to name: String, among candidates: some Sequence<String>) -> String? {
    let allowed = max(1, name.count / 3)
    return
      candidates
      .map { (candidate: $0, distance: distance(name.lowercased(), $0.lowercased())) }
      .filter {
        $0.distance <= max(allowed, $0.candidate.count / 3) && $0.distance < max(name.count, $0.candidate.count)
      }
      .min { ($0.distance, $0.candidate) < ($1.distance, $1.candidate) }?
      .candidate
  }

  /// Levenshtein distance in characters, with a swap of two neighbours counted as one edit.
  static func distance(_ left: String, _ right: String) -> Int {
    let left = Array(left)
    let right = Array(right)
    if left.isEmpty || right.isEmpty { return max(left.count, right.count) }
    var rows = [Array(0...right.count)]
    for row in 1...left.count {
      var current = [row]
      for column in 1...right.count {
        let cost = left[row - 1] == right[column - 1] ? 0 : 1
        var best = min(rows[row - 1][column] + 1, current[column - 1] + 1, rows[row - 1][column - 1] + cost)
        if row > 1, column > 1, left[row - 1] == right[column - 2], left[row - 2] == right[column - 1] {
          best = min(best, rows[row - 2][column - 2] + 1)
        }
        current.append(best)
      }
      rows.append(current)
    }
    return rows[left.count][right.count]
  }
}
