import KubernetesObjects

/// How the endpoints of a Service are spread over its slices: each stays where it is, new ones go where something changes
/// anyway, then where they fill a slice best, and else into new slices
/// (Kubernetes 1.36, staging/src/k8s.io/endpointslice/reconciler.go, `reconcileByPortMapping` and `finalize`).
struct EndpointSpread: Equatable {
  /// `--max-endpoints-per-slice`
  static let mostPerSlice = 100

  /// What each slice that there was has from now on; `nil` for those that go.
  private(set) var kept: [[EndpointSlice.Endpoint]?]
  /// What further slices have.
  private(set) var made: [[EndpointSlice.Endpoint]]

  /// - Parameters:
  ///   - endpoints: all that there are now, each of a pod.
  ///   - slices: what each slice has until now.
  init(_ endpoints: [EndpointSlice.Endpoint], over slices: [[EndpointSlice.Endpoint]], most: Int = mostPerSlice) {
    let places = Dictionary(endpoints.enumerated().map { ($1.targetRef?.uid, $0) }) { first, _ in first }
    var kept = slices.map { slice in slice.compactMap { places[$0.targetRef?.uid] } }
    let unchanged = slices.indices.filter { kept[$0].map { endpoints[$0] } == slices[$0] }
    let changed = slices.indices.filter { !kept[$0].isEmpty && !unchanged.contains($0) }
    var gone = slices.indices.filter { kept[$0].isEmpty && !unchanged.contains($0) }
    let found = Set(kept.joined())
    var left = endpoints.indices.filter { !found.contains($0) }
    for index in changed.sorted(by: { kept[$0].count > kept[$1].count }) {
      Self.move(&left, to: &kept[index], most: most)
    }
    let fitting = unchanged.filter { kept[$0].count + left.count % most <= most }
    var made: [[Int]] = []
    while !left.isEmpty {
      if left.count < most, let fullest = fitting.max(by: { kept[$0].count < kept[$1].count }) {
        Self.move(&left, to: &kept[fullest], most: most)
      } else {
        made.append([])
        Self.move(&left, to: &made[made.count - 1], most: most)
      }
    }
    // A Service without endpoints has one slice with none.
    if made.isEmpty, gone.count == slices.count { made = [[]] }
    // A slice that would go takes what another one would be made for.
    while let place = gone.first, let last = made.popLast() {
      kept[place] = last
      gone.removeFirst()
    }
    self.kept = kept.enumerated().map { index, places in
      gone.contains(index) ? nil : places.sorted().map { endpoints[$0] }
    }
    self.made = made.map { $0.map { endpoints[$0] } }
  }

  private static func move(_ left: inout [Int], to slice: inout [Int], most: Int) {
    let moved = left.prefix(max(most - slice.count, 0))
    slice += moved
    left.removeFirst(moved.count)
  }
}
