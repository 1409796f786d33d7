/// Which objects of a resource are asked for: all, or those that selectors of labels and fields take.
package struct ListSelection: Sendable, Equatable {
  package static let all = ListSelection()

  /// As the API writes it: `app=web,tier!=db`.
  package let labels: String?
  /// `metadata.name=web`
  package let fields: String?

  package init(labels: String? = nil, fields: String? = nil) {
    self.labels = labels
    self.fields = fields
  }

  /// The one object of a name. Whoever may read that object only may list and watch it so (Kubernetes,
  /// apiserver/pkg/endpoints/request/requestinfo.go).
  package init(name: String) {
    self.init(fields: "metadata.name=\(name)")
  }
}
