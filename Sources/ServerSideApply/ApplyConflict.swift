/// A field that a configuration would change, and who owns it.
package struct ApplyConflict: Sendable, Equatable {
  package let owner: ManagedFields.Entry
  package let path: ElementPath

  /// The version of the API that is named for writes other than those of an apply.
  let apiVersion: String

  package init(owner: ManagedFields.Entry, path: ElementPath, apiVersion: String) {
    self.owner = owner
    self.path = path
    self.apiVersion = apiVersion
  }

  /// `"kubectl-client-side-apply" using apps/v1 at 2026-01-01T00:00:00Z`; who applies is named alone. The time is not among
  /// what conflicts tell of an owner (Kubernetes 1.36, apimachinery/pkg/util/managedfields/internal/conflict.go).
  package var ownerText: String {
    var text = "\"\(owner.manager.name)\""
    if let subresource = owner.manager.subresource { text += " with subresource \"\(subresource)\"" }
    if owner.manager.operation == .update { text += " using \(apiVersion)" }
    return text
  }
}

/// Why a configuration is not applied: fields of others, which only a forced apply takes over.
package struct ApplyConflicts: Error, Sendable, Equatable {
  package var conflicts: [ApplyConflict]

  package init(conflicts: [ApplyConflict]) { self.conflicts = conflicts }

  /// In the words of the API server: one in a line, several by their owners.
  package var message: String {
    if conflicts.count == 1 {
      return "Apply failed with 1 conflict: conflict with \(conflicts[0].ownerText): \(conflicts[0].path.text)"
    }
    var lines: [String] = []
    var last: FieldManager?
    for conflict in conflicts {
      if conflict.owner.manager != last { lines.append("conflicts with \(conflict.ownerText):") }
      last = conflict.owner.manager
      lines.append("- \(conflict.path.text)")
    }
    return "Apply failed with \(conflicts.count) conflicts: \(lines.joined(separator: "\n"))"
  }
}
