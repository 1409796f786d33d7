/// Who owns fields, and by which kind of writes (Kubernetes, `metav1.ManagedFieldsEntry` without fields and time).
package struct FieldManager: Sendable, Hashable {
  package enum Operation: String, Sendable {
    case apply = "Apply"
    case update = "Update"
  }

  package var name: String
  package var operation: Operation
  /// `status` or `scale`; `nil` for the object itself.
  package var subresource: String?

  package init(_ name: String, _ operation: Operation, subresource: String? = nil) {
    self.name = name
    self.operation = operation
    self.subresource = subresource
  }
}
