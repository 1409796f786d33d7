package import Foundation

/// One thing that the API server told us, as it was told: the raw truth behind every series.
package struct Observation: Sendable, Equatable {
  package enum Kind: String, Sendable, Equatable {
    /// A list was read completely; its objects come as `listed` observations with the same times.
    case list
    /// An object of a list. Without an object text it is the version that was recorded before.
    case listed
    case added
    case modified
    case deleted
    /// The watch told how far it is; nothing changed.
    case bookmark
    /// A read failed, or a watch broke: from here until the next `list` nothing is known.
    case gap
  }

  /// Run time at which the request left: of the list, or the one that opened the watch. Of a gap, since when nothing is
  /// certain at the latest: before it was noticed where what had been told since is in doubt.
  package var sent: Duration
  /// Run time at which this answer had come in.
  package var received: Duration
  /// The plural of the resource: `pods`.
  package var resource: String
  package var kind: Kind
  package var name: String?
  package var uid: String?
  package var resourceVersion: String?
  /// The object as JSON text, without the list of managed fields' names.
  package var object: Data?
  /// Why a read failed.
  package var message: String?

  package init(
    sent: Duration, received: Duration, resource: String, kind: Kind, name: String? = nil, uid: String? = nil,
    resourceVersion: String? = nil, object: Data? = nil, message: String? = nil
  ) {
    self.sent = sent
    self.received = received
    self.resource = resource
    self.kind = kind
    self.name = name
    self.uid = uid
    self.resourceVersion = resourceVersion
    self.object = object
    self.message = message
  }
}
