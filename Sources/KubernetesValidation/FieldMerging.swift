/// How two values of a list or mapping become one, as the API documents say it
/// (`x-kubernetes-list-type`, `x-kubernetes-list-map-keys`, `x-kubernetes-map-type`).
package enum FieldMerging: Sendable, Equatable {
  /// A list or mapping that is replaced as a whole.
  case atomic
  /// A list of plain values, each of which stands for itself.
  case set
  /// A list of objects that these members tell apart.
  case list(keys: [String])
  /// A mapping whose members are combined one by one, even where its type is atomic.
  case granular

  init?(list: String?, keys: [String]?, map: String?) {
    switch (list, map) {
    case ("set", _): self = .set
    case ("map", _): self = .list(keys: keys ?? [])
    case ("atomic", _), (_, "atomic"): self = .atomic
    case (_, "granular"): self = .granular
    default: return nil
    }
  }
}
