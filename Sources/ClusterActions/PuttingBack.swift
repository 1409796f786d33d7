package import KubernetesObjects

/// An object as an action found it, and as it left it.
package struct ChangedObject: Sendable, Equatable {
  package let path: String
  package let before: JSONValue
  package internal(set) var after: JSONValue

  package init(path: String, before: JSONValue, after: JSONValue) {
    self.path = path
    self.before = before
    self.after = after
  }
}

/// How an object is made again what it was before an action, where nobody else has changed it since.
package struct PuttingBack: Sendable, Equatable {
  /// JSON patch: each field is told to be still as the action left it, before it is set to what it was. Or the object is
  /// deleted, where there was none.
  package let request: ActionRequest

  /// - Returns: `nil` where nothing that could be put back was changed.
  package init?(_ change: ChangedObject) {
    let (before, after) = (change.before, change.after)
    if before == .null {
      // It was made by the action. Another one of its name that somebody has made since is not meant.
      guard let uid = after["metadata", "uid"] else { return nil }
      request = ActionRequest("DELETE", change.path, body: ["preconditions": ["uid": uid]])
      return
    }
    var operations: [JSONValue] = []
    for key in ["spec", "data", "binaryData"] {
      Self.restore(before[key], from: after[key], at: "/\(key)", &operations)
    }
    for key in ["labels", "annotations"] {
      let kept = { (object: JSONValue) in Self.written(object["metadata", key]) }
      Self.restore(kept(before), from: kept(after), at: "/metadata/\(key)", &operations)
    }
    guard !operations.isEmpty else { return nil }
    request = .patch(change.path, .jsonPatch, .array(operations))
  }

  /// Without what controllers note of their own work.
  private static func written(_ members: JSONValue?) -> JSONValue? {
    guard case .object(let members)? = members else { return members }
    return .object(members.filter { $0.key != "deployment.kubernetes.io/revision" })
  }

  private static func restore(
    _ before: JSONValue?, from after: JSONValue?, at path: String, _ operations: inout [JSONValue]
  ) {
    switch (before, after) {
    case (let before, let after) where before == after: return
    case (.object(let before)?, .object(let after)?):
      for key in Set(before.keys).union(after.keys).sorted() {
        let escaped = key.replacing("~", with: "~0").replacing("/", with: "~1")
        restore(before[key], from: after[key], at: path + "/" + escaped, &operations)
      }
    case (let before?, let after?):
      operations.append(["op": "test", "path": .string(path), "value": after])
      operations.append(["op": "replace", "path": .string(path), "value": before])
    case (nil, let after?):
      operations.append(["op": "test", "path": .string(path), "value": after])
      operations.append(["op": "remove", "path": .string(path)])
    case (let before?, nil): operations.append(["op": "add", "path": .string(path), "value": before])
    case (nil, nil): return
    }
  }
}
