package import KubernetesObjects

/// A watch that a client holds open: what it is about and how far it has been told.
package struct ServedWatch: Sendable {
  let selection: ObjectSelection
  let form: ObjectForm
  let asTable: Bool
  package let allowsBookmarks: Bool
  /// When the server ends the stream, in seconds of wall time; `nil` when the client names no limit.
  package let timeoutSeconds: Int?
  var version: Int64
  /// Whether objects that exist already come first, as ADDED.
  var sendsExisting: Bool
  /// Whether a bookmark says when those are through.
  let marksEndOfExisting: Bool
  var columnsSent = false
  /// How many times watches were cut before it was opened.
  let cutsBefore: Int
  /// Set when changes were forgotten that the client has not seen: it has to list again.
  package var isExpired = false
}

extension ClusterSimulation {
  /// Whether anything may have happened since the stream was told last.
  package func hasNews(for stream: ServedWatch) -> Bool {
    stream.sendsExisting || context.store.newestVersion(stream.selection.kind) > stream.version
  }

  /// The events that a stream has not had yet.
  package func events(for stream: inout ServedWatch) -> [JSONValue] {
    var events: [JSONValue] = []
    if stream.sendsExisting {
      stream.sendsExisting = false
      for object in context.store.all(stream.selection.kind, namespace: stream.selection.namespace)
      where stream.selection.matches(object) {
        events.append(event("ADDED", object, for: &stream))
      }
      stream.version = context.store.resourceVersion
      if stream.marksEndOfExisting {
        events.append(bookmark(for: stream, endsExisting: true))
      }
      return events
    }
    guard let changes = context.store.changes(stream.selection.kind, after: stream.version) else {
      stream.isExpired = true
      return [
        [
          "type": "ERROR",
          "object": APIFailure.expired(stream.version, newest: context.store.resourceVersion).json,
        ]
      ]
    }
    for change in changes {
      stream.version = change.resourceVersion
      let matches = stream.selection.matches(change.object)
      let matched = change.previous.map(stream.selection.matches) ?? false
      let told: (type: String, object: ClusterObject)? =
        switch (change.action, matched, matches) {
        case (.deleted, _, true): ("DELETED", change.object)
        case (.deleted, _, false), (_, false, false): nil
        case (.added, _, true), (.modified, false, true): ("ADDED", change.object)
        case (.modified, true, true): ("MODIFIED", change.object)
        case (_, true, false): ("DELETED", change.left)
        }
      if let told { events.append(event(told.type, told.object, for: &stream)) }
    }
    return events
  }

  private func event(_ type: String, _ object: ClusterObject, for stream: inout ServedWatch) -> JSONValue {
    guard stream.asTable else { return ["type": .string(type), "object": stream.form.shown(object.served())] }
    let table = table(
      of: [object], kind: stream.selection.kind, version: object.metadata.resourceVersion,
      withColumns: !stream.columnsSent)
    stream.columnsSent = true
    return ["type": .string(type), "object": table]
  }

  /// An event without an object, which moves the version that a client begins again from.
  package func bookmark(for stream: ServedWatch, endsExisting: Bool = false) -> JSONValue {
    let kind = stream.selection.kind
    var metadata: JSONValue = ["resourceVersion": .string(String(max(stream.version, context.store.resourceVersion)))]
    if endsExisting { metadata["annotations"] = ["k8s.io/initial-events-end": "true"] }
    return [
      "type": "BOOKMARK",
      "object": [
        "kind": .string(stream.form.name(of: kind)), "apiVersion": .string(stream.form.apiVersion(of: kind)),
        "metadata": metadata,
      ],
    ]
  }
}

extension ObjectChange {
  /// An object that a selector does not take any more: as it was while it was selected, under the version that took it out
  /// (Kubernetes, staging/src/k8s.io/apiserver/pkg/storage/cacher/cache_watcher.go, `convertToWatchEvent`).
  fileprivate var left: ClusterObject {
    var left = previous ?? object
    left.metadata.resourceVersion = object.metadata.resourceVersion
    return left
  }
}
