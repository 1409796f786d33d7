/// How a strategic merge patch changes a field, as the API documents say it
/// (`x-kubernetes-patch-strategy`, `x-kubernetes-patch-merge-key`).
package struct FieldPatching: Sendable, Equatable {
  /// `merge`, `retainKeys` or both.
  package let strategy: String
  /// The member that tells the elements of a list apart.
  package let mergeKey: String?
}
