/// Something that a user may or may not do, in the words of RBAC.
package struct AccessRight: Sendable, Hashable, CustomStringConvertible {
  package enum Verb: String, Sendable, CaseIterable {
    case get, list, watch, patch, create, delete
  }

  package let verb: Verb
  package let resource: ResourceType
  /// A part of its objects, such as `scale` or `eviction`; `nil` for the objects themselves.
  package let subresource: String?
  /// `nil` for objects of no namespace, and for those of all.
  package let namespace: String?
  /// The object; `nil` for all of the namespace.
  package let name: String?

  package init(
    _ verb: Verb, _ resource: ResourceType, _ subresource: String? = nil, namespace: String?, name: String? = nil
  ) {
    self.verb = verb
    self.resource = resource
    self.subresource = subresource
    self.namespace = namespace
    self.name = name
  }

  /// `patch deployments.apps`
  package var description: String {
    "\(verb.rawValue) \(resource.plural)\(subresource.map { "/\($0)" } ?? "")"
      + (resource.group.isEmpty ? "" : ".\(resource.group)")
  }
}
