import KubernetesObjects

// What was done to pods by others than the controllers: by people, and by the machines under them.
extension ToldStory {
  /// A pod by the image that it runs and its number among all that ran it, in the order of their creation.
  struct PodNumber: Hashable {
    let image: String
    let number: Int
  }

  /// The number of each pod, by uid.
  func podNumbers() -> [String: PodNumber] {
    var numbers: [String: PodNumber] = [:]
    var counts: [String: Int] = [:]
    for line in lines(of: "pods") where numbers[line.object.uid] == nil {
      let image = line.object.image
      numbers[line.object.uid] = PodNumber(image: image, number: counts[image] ?? 0)
      counts[image, default: 0] += 1
    }
    return numbers
  }

  /// Pods that were told to end although their ReplicaSet wanted them.
  func endings() -> [StoryDeed] {
    let numbers = podNumbers()
    let deletedByController = Set(
      lines(of: "events").compactMap { line in
        line.object["message"]?.string.flatMap { text in
          text.hasPrefix("Deleted pod: ") ? String(text.dropFirst("Deleted pod: ".count)) : nil
        }
      })
    let sizes = Dictionary(grouping: lines(of: "replicasets"), by: \.object.name)
    func wanted(_ name: String, at time: Double) -> Int {
      guard let last = sizes[name]?.last(where: { $0.time <= time }), last.change != .deleted else { return 0 }
      return last.object["spec", "replicas"]?.int ?? 0
    }
    var living: [String: Set<String>] = [:]
    var deeds: [StoryDeed] = []
    for line in lines(of: "pods") {
      guard let owner = line.object.owner?["name"]?.string, let number = numbers[line.object.uid] else { continue }
      let ends = line.object.metadata["deletionTimestamp"] != nil || line.change == .deleted
      guard ends else {
        living[owner, default: []].insert(line.object.uid)
        continue
      }
      guard living[owner]?.contains(line.object.uid) == true else { continue }
      let isSurplus = living[owner, default: []].count > wanted(owner, at: line.time + 0.5)
      living[owner]?.remove(line.object.uid)
      if !isSurplus, !deletedByController.contains(line.object.name) {
        deeds.append(StoryDeed(time: line.time, kind: .endPod(number)))
      }
    }
    return deeds
  }

  /// Pods that were found ready no longer, or again.
  func readinessChanges() -> [StoryDeed] {
    let numbers = podNumbers()
    var states: [String: Bool] = [:]
    var deeds: [StoryDeed] = []
    for line in lines(of: "pods") where line.object.metadata["deletionTimestamp"] == nil && line.change != .deleted {
      guard let number = numbers[line.object.uid] else { continue }
      let isReady = line.object.condition("Ready")?["status"] == "True"
      // The first time is in the course of the pod.
      if let before = states[line.object.uid], before != isReady {
        deeds.append(StoryDeed(time: line.time, kind: .findReady(number, isReady)))
      }
      if isReady || states[line.object.uid] != nil { states[line.object.uid] = isReady }
    }
    return deeds
  }

  /// What happened in a recording that is not told again.
  func passedOver() -> [String] {
    var notes: [String] = []
    let restarts = lines(of: "pods").contains { line in
      (line.object["status", "containerStatuses"]?.array ?? []).contains { ($0["restartCount"]?.int ?? 0) > 0 }
    }
    if restarts { notes.append("containers that were started again") }
    if lines(of: "pods").contains(where: { ["Failed", "Unknown"].contains($0.object["status", "phase"]?.string) }) {
      notes.append("pods that failed")
    }
    let metrics = lines(of: "horizontalpodautoscalers").flatMap { $0.object["spec", "metrics"]?.array ?? [] }
    for type in Set(metrics.compactMap { $0["type"]?.string }).sorted() where !type.hasSuffix("Resource") {
      notes.append("metrics of the type \(type)")
    }
    return notes
  }
}

extension JSONValue {
  /// The image of the first container of a pod.
  var image: String { self["spec", "containers"]?[0]?["image"]?.string ?? "" }
}
