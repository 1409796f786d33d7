/// What answers say of the pod that they come from.
package struct AnsweringPod: Sendable, Equatable {
  package let name: String
  /// The tag of its image.
  package let version: String
}

/// What the machines know of their pods, by number: read for each request, so it is looked up in one step and never copied
/// whole.
struct PodTable: Sendable {
  /// By number; numbers begin at 1 and are not used again.
  private var places: [PodRuntime?] = [nil]
  /// By number, of pods that are gone too: their last answers may still be on the way. Requests bear the number alone, since
  /// texts would be retained several times for each.
  private(set) var answering = [AnsweringPod(name: "", version: "")]

  /// The number of the next pod that is added.
  var nextID: PodID { places.count }

  /// - Parameter runtime: of the pod with the number ``nextID``.
  mutating func append(_ runtime: PodRuntime) {
    places.append(runtime)
    answering.append(AnsweringPod(name: runtime.key.name, version: runtime.version))
  }

  /// `nil` for a pod that is gone; setting `nil` forgets one.
  subscript(id: PodID) -> PodRuntime? {
    _read { yield places[id] }
    _modify { yield &places[id] }
  }

  /// Whether the machine of a pod is lost; not so for a pod that is gone. Nothing is copied.
  func isLost(_ id: PodID) -> Bool { places[id]?.isLost ?? false }

  /// Whether a container still runs that was started so many times. Nothing is copied.
  func isRunning(_ run: ContainerRun) -> Bool {
    places[run.pod]?.restarts == run.restart && places[run.pod]?.isRunning == true
  }

  /// The numbers of the pods that are not gone, the oldest first.
  var keys: [PodID] { places.indices.filter { places[$0] != nil } }

  /// The pods that are not gone, the oldest first.
  var values: [PodRuntime] { places.compactMap(\.self) }
}
