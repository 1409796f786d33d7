import Foundation
import KubernetesObjects

/// What is compared of a story: sequences and sets of short texts, each about something.
struct StoryFact: Hashable {
  enum Aspect: String, CaseIterable {
    case rescales
    case autoscalerConditions = "conditions of HPAs"
    case autoscalerMessages = "messages of HPAs"
    case utilization = "utilization at rescales"
    case events
    case eventCounts = "counts of events"
    case deploymentConditions = "conditions of Deployments"
    case replicaSetConditions = "conditions of ReplicaSets"
    case replicaSetSizes = "sizes of ReplicaSets"
    case availability = "available replicas"
    case endpoints = "ready endpoints"
    case victims
    case annotations
    case writers
    case fields
  }

  let aspect: Aspect
  let subject: String
}

/// One entry of a fact; `time` where it matters, in seconds of the recording.
struct FactEntry: Equatable {
  let text: String
  var time: Double?
}

/// The facts of a story. What has a random name is called by its number: the first ReplicaSet of a Deployment `web-1`.
struct StoryFacts {
  private(set) var facts: [StoryFact: [FactEntry]] = [:]
  private var replicaSetNames: [(name: String, alias: String)] = []

  init(_ story: ToldStory) {
    nameReplicaSets(story)
    readSizes(story)
    readAutoscalers(story)
    readDeployments(story)
    readEndpoints(story)
    readEvents(story)
    readVictims(story)
    readFields(story)
  }

  /// Notes an entry unless it is the same as the one before.
  private mutating func note(_ aspect: StoryFact.Aspect, _ subject: String, _ text: String, at time: Double? = nil) {
    let fact = StoryFact(aspect: aspect, subject: subject)
    guard facts[fact]?.last?.text != text else { return }
    facts[fact, default: []].append(FactEntry(text: text, time: time))
  }

  /// Notes a count by its turns: what falls or rises is told by where it ends, whatever steps were seen on the way.
  private mutating func noteTurn(_ aspect: StoryFact.Aspect, _ subject: String, _ count: Int, at time: Double) {
    let fact = StoryFact(aspect: aspect, subject: subject)
    let counts = (facts[fact] ?? []).suffix(2).compactMap { Int($0.text) }
    guard counts.last != count else { return }
    if counts.count == 2, (counts[1] > counts[0]) == (count > counts[1]) { facts[fact]?.removeLast() }
    facts[fact, default: []].append(FactEntry(text: "\(count)", time: time))
  }

  /// Notes an entry unless there is one like it.
  private mutating func noteOnce(_ aspect: StoryFact.Aspect, _ subject: String, _ text: String) {
    let fact = StoryFact(aspect: aspect, subject: subject)
    guard facts[fact]?.contains(where: { $0.text == text }) != true else { return }
    facts[fact, default: []].append(FactEntry(text: text))
  }

  private mutating func nameReplicaSets(_ story: ToldStory) {
    var counts: [String: Int] = [:]
    for line in story.lines(of: "replicasets") {
      let name = line.object.name
      guard !replicaSetNames.contains(where: { $0.name == name }) else { continue }
      let owner = line.object.owner?["name"]?.string ?? "?"
      counts[owner, default: 0] += 1
      replicaSetNames.append((name, "\(owner)-\(counts[owner] ?? 0)"))
    }
  }

  /// A text with the numbers of ReplicaSets in place of their names, and without the random ends of the names of pods.
  private func neutral(_ text: String) -> String {
    var text = text
    for (name, alias) in replicaSetNames {
      var parts = text.components(separatedBy: name)
      for index in parts.indices.dropFirst() {
        let rest = parts[index]
        let suffix = rest.dropFirst().prefix(5)
        if rest.first == "-", suffix.count == 5, suffix.allSatisfy({ $0.isLetter || $0.isNumber }) {
          parts[index] = " pod\(rest.dropFirst(6))"
        }
      }
      text = parts.joined(separator: alias)
    }
    return text
  }
}

extension StoryFacts {
  fileprivate mutating func readSizes(_ story: ToldStory) {
    var sizes: [String: Int] = [:]
    for line in story.lines where ["deployments", "statefulsets", "replicasets"].contains(line.resource) {
      let object = line.object
      let isWorkload = line.resource != "replicasets"
      let subject = isWorkload ? object.name : neutral(object.name)
      guard line.change != .deleted else {
        sizes[object.uid] = nil
        continue
      }
      let size = object["spec", "replicas"]?.int ?? 1
      let before = sizes.updateValue(size, forKey: object.uid)
      if isWorkload, let before, before != size {
        note(.rescales, subject, "\(before) -> \(size)", at: line.time)
      }
      if !isWorkload, line.change != .listed, before != size {
        note(
          .replicaSetSizes, object.owner?["name"]?.string ?? "?", "\(subject): \(before ?? 0) -> \(size)", at: line.time
        )
      }
    }
  }

  fileprivate mutating func readAutoscalers(_ story: ToldStory) {
    var scaled: [String: String] = [:]
    for line in story.lines(of: "horizontalpodautoscalers") where line.change != .deleted {
      let object = line.object
      for condition in object["status", "conditions"]?.array ?? [] {
        let (type, reason) = (condition["type"]?.string ?? "", condition["reason"]?.string ?? "")
        note(
          .autoscalerConditions, "\(object.name) \(type)", "\(condition["status"]?.string ?? "") \(reason)",
          at: line.time)
        noteOnce(.autoscalerMessages, "\(object.name) \(type) \(reason)", neutral(condition["message"]?.string ?? ""))
      }
      for count in ["desiredReplicas", "currentReplicas"] {
        note(
          .autoscalerConditions, "\(object.name) \(count)", "\(object["status"]?[count]?.int ?? 0)", at: line.time)
      }
      let last = object["status", "lastScaleTime"]?.string
      if line.change != .listed, let last, scaled[object.uid] != last {
        scaled[object.uid] = last
        let value = object["status", "currentMetrics"]?[0]?["resource", "current", "averageUtilization"]?.int
        note(.utilization, object.name, value.map { "\($0)" } ?? "none", at: line.time)
      } else if let last {
        scaled[object.uid] = last
      }
    }
  }

  fileprivate mutating func readDeployments(_ story: ToldStory) {
    for line in story.lines(of: "deployments") where line.change != .deleted {
      let object = line.object
      for condition in object["status", "conditions"]?.array ?? [] {
        note(
          .deploymentConditions, "\(object.name) \(condition["type"]?.string ?? "")",
          "\(condition["status"]?.string ?? "") \(condition["reason"]?.string ?? ""): "
            + neutral(condition["message"]?.string ?? ""), at: line.time)
      }
      noteTurn(.availability, object.name, object["status", "availableReplicas"]?.int ?? 0, at: line.time)
    }
    for line in story.lines(of: "replicasets") where line.change != .deleted {
      let conditions = (line.object["status", "conditions"]?.array ?? []).map { condition in
        ["type", "status", "reason", "message"].compactMap { condition[$0]?.string }.joined(separator: " ")
      }
      note(
        .replicaSetConditions, neutral(line.object.name), neutral(conditions.joined(separator: ", ")), at: line.time)
    }
    readLast(story)
  }

  fileprivate mutating func readEndpoints(_ story: ToldStory) {
    for line in story.lines(of: "endpointslices") where line.change != .deleted {
      let service = line.object.metadata["labels"]?["kubernetes.io/service-name"]?.string ?? ""
      let ready = (line.object["endpoints"]?.array ?? []).filter { $0["conditions"]?["ready"] == true }
      noteTurn(.endpoints, service, ready.count, at: line.time)
    }
  }

  /// The annotations and the order of conditions that objects had in the end.
  private mutating func readLast(_ story: ToldStory) {
    for resource in ["deployments", "replicasets"] {
      var last: [String: JSONValue] = [:]
      var order: [String] = []
      for line in story.lines(of: resource) where last.updateValue(line.object, forKey: line.object.uid) == nil {
        order.append(line.object.uid)
      }
      for object in order.compactMap({ last[$0] }) {
        let annotations = object.metadata["annotations"]?.object ?? [:]
        for (key, value) in annotations.sorted(by: { $0.key < $1.key }) where !key.hasPrefix("kubectl.") {
          noteOnce(.annotations, "\(resource) \(neutral(object.name))", "\(key)=\(value.string ?? "")")
        }
        let types = (object["status", "conditions"]?.array ?? []).compactMap { $0["type"]?.string }
        noteOnce(
          .deploymentConditions, "\(resource) \(neutral(object.name)) order in the end", types.joined(separator: ", "))
      }
    }
  }

  fileprivate mutating func readEvents(_ story: ToldStory) {
    var counts: [String: (subject: String, reason: String, count: Int)] = [:]
    for line in story.lines(of: "events") where line.change != .deleted {
      let object = line.object
      let about = object["involvedObject"] ?? [:]
      // The rig had neither a scheduler nor a kubelet that tell of pods.
      guard about["kind"]?.string != "Pod" else { continue }
      let subject = "\(about["kind"]?.string ?? "") \(neutral(about["name"]?.string ?? ""))"
      let reason = object["reason"]?.string ?? ""
      // Which of many alike are told together is partly chance; that some are, and what they say, is not.
      let message = neutral(object["message"]?.string ?? "")
      let prefix = "(combined from similar events): "
      let severity = object["type"]?.string ?? ""
      if message.hasPrefix(prefix) { noteOnce(.events, subject, "\(severity) \(reason), combined") }
      noteOnce(.events, subject, "\(severity) \(reason): \(message.replacing(prefix, with: ""))")
      counts[object.name] = (subject, reason, object["count"]?.int ?? 0)
    }
    var sums: [String: [String: Int]] = [:]
    for entry in counts.values { sums[entry.subject, default: [:]][entry.reason, default: 0] += entry.count }
    for (subject, reasons) in sums {
      for (reason, count) in reasons { note(.eventCounts, "\(subject) \(reason)", "\(count)") }
    }
  }

  /// What the pods were like that a ReplicaSet gave up, in the order in which they were told to end.
  fileprivate mutating func readVictims(_ story: ToldStory) {
    var seen: [String: String] = [:]
    for line in story.lines(of: "pods") {
      let object = line.object
      let phase = object["status", "phase"]?.string ?? ""
      let isReady = object.condition("Ready")?["status"] == "True"
      if object.metadata["deletionTimestamp"] == nil {
        seen[object.uid] = isReady ? "ready" : phase == "Running" ? "running" : "pending"
      } else if let state = seen.removeValue(forKey: object.uid), let owner = object.owner?["name"]?.string {
        let fact = StoryFact(aspect: .victims, subject: neutral(owner))
        facts[fact, default: []].append(FactEntry(text: state, time: line.time))
      }
    }
  }

  /// Which members objects have, and who wrote them.
  fileprivate mutating func readFields(_ story: ToldStory) {
    var paths: [String: Set<String>] = [:]
    for line in story.lines where ![.polled, .marked].contains(line.change) {
      Self.collect(line.object, path: "", into: &paths[line.resource, default: []])
      for entry in line.object.metadata["managedFields"]?.array ?? [] {
        let words = ["manager", "operation", "subresource"].compactMap { entry[$0]?.string }
        noteOnce(
          .writers, line.resource, (words + [entry["time"] == nil ? "untimed" : "timed"]).joined(separator: " "))
      }
    }
    for (resource, paths) in paths {
      facts[StoryFact(aspect: .fields, subject: resource)] = paths.subtracting(["kind", "apiVersion"]).sorted().map {
        FactEntry(text: $0)
      }
    }
  }

  private static func collect(_ value: JSONValue, path: String, into paths: inout Set<String>) {
    switch value {
    case .object(let members):
      if members.isEmpty, !path.isEmpty { paths.insert("\(path) {}") }
      for (key, member) in members {
        // The tree of fields that a writer owns, and names that people chose.
        let isOpaque = ["fieldsV1", "labels", "annotations", "matchLabels"].contains(key)
        let below = path.isEmpty ? key : "\(path).\(key)"
        if isOpaque { paths.insert(below) } else { collect(member, path: below, into: &paths) }
      }
    case .array(let elements):
      if elements.isEmpty { paths.insert("\(path)[]") }
      for element in elements { collect(element, path: "\(path)[]", into: &paths) }
    case .null: paths.insert("\(path) null")
    default: paths.insert(path)
    }
  }
}
