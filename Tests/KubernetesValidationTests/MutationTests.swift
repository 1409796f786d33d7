import KubernetesObjects
import Testing
import Units

/// Published manifests with one mistake in each: none may pass.
@Suite("Mutated manifests")
struct MutationTests {
  /// A small generator whose numbers follow from its seed alone (G. Marsaglia, "Xorshift RNGs", 2003).
  struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return state
    }
  }

  enum Mutation: String, CaseIterable, Sendable { case unknownKey, wrongType, impossibleValue, danglingReference }

  /// A place in an object: the names and indices that lead to it.
  private struct Place {
    let steps: [String]
    let value: JSONValue

    var key: String { steps.last { Int($0) == nil } ?? "" }
    /// Whether users choose the names below.
    var isFree: Bool {
      let free: Set = [
        "labels", "annotations", "matchLabels", "data", "stringData", "requests", "limits", "hard", "nodeSelector",
        "default", "defaultRequest",
      ]
      return steps.contains { free.contains($0) } || isSelectorOfService
    }
    private var isSelectorOfService: Bool { steps.prefix(2) == ["spec", "selector"] && steps.count == 3 }
  }

  private static func places(in value: JSONValue, _ steps: [String] = []) -> [Place] {
    let own = [Place(steps: steps, value: value)]
    switch value {
    case .object(let members):
      return own + members.sorted { $0.key < $1.key }.flatMap { places(in: $0.value, steps + [$0.key]) }
    case .array(let elements):
      return own + elements.enumerated().flatMap { places(in: $0.element, steps + [String($0.offset)]) }
    default: return own
    }
  }

  private static func replaced(_ value: JSONValue, _ steps: ArraySlice<String>, by change: (JSONValue) -> JSONValue)
    -> JSONValue
  {
    guard let step = steps.first else { return change(value) }
    var result = value
    if let index = Int(step), var elements = value.array {
      elements[index] = replaced(elements[index], steps.dropFirst(), by: change)
      result = .array(elements)
    } else {
      result[step] = replaced(value[step] ?? .null, steps.dropFirst(), by: change)
    }
    return result
  }

  /// The object with one mistake, and what it is; `nil` where the object has no place for it.
  private static func mutated(
    _ object: JSONValue, _ mutation: Mutation, using random: inout Seeded
  ) -> (object: JSONValue, what: String)? {
    let places = places(in: object).filter { $0.steps.count > 1 || mutation == .wrongType && $0.steps.count == 1 }
    func pick(_ fits: (Place) -> Bool) -> Place? { places.filter(fits).randomElement(using: &random) }
    func changed(_ place: Place, to value: JSONValue) -> (JSONValue, String) {
      (replaced(object, place.steps[...]) { _ in value }, "\(place.steps.joined(separator: ".")) = \(value)")
    }
    switch mutation {
    case .unknownKey:
      guard
        let place = pick({ !$0.isFree && $0.value.object != nil && $0.key != "selector" && !$0.value.isEmptyObject }),
        let key = place.value.object?.keys.sorted().randomElement(using: &random)
      else { return nil }
      let misspelt =
        [key + "s2", "x" + key, key.uppercased() + "_", String(key.dropLast()) + "q"].randomElement(using: &random)
        ?? key
      let result = replaced(object, place.steps[...]) { value in
        var value = value
        value[misspelt] = value[key]
        value[key] = nil
        return value
      }
      return (result, "\(place.steps.joined(separator: ".")): \(key) is \(misspelt)")
    case .wrongType:
      guard let place = pick({ !["apiVersion", "kind"].contains($0.key) }) else { return nil }
      switch place.value {
      case .object, .array: return changed(place, to: "zzz")
      case .string: return changed(place, to: [["a": 1]])
      case .integer, .number, .bool: return changed(place, to: ["a": "b"])
      case .null: return nil
      }
    case .impossibleValue:
      if let place = pick({ !$0.isFree && $0.value.integer != nil && $0.key != "runAsUser" }) {
        return changed(place, to: -1)
      }
      guard
        let place = pick({
          ["pathType", "protocol", "cpu", "memory", "storage"].contains($0.key) && $0.value.string != nil
        })
      else { return nil }
      return changed(place, to: "Nowhere/12")
    case .danglingReference:
      let place = pick {
        $0.steps.suffix(2) == ["service", "name"] || $0.steps.suffix(2) == ["scaleTargetRef", "name"]
          || $0.steps.dropLast().suffix(2) == ["selector", "matchLabels"] && object["kind"] != "PodDisruptionBudget"
            && object["kind"] != "NetworkPolicy" && $0.steps.first == "spec" && $0.steps.count == 4
          || $0.steps.contains("port") && $0.steps.contains("service") && $0.value.integer != nil
          || $0.key == "targetPort" && $0.value.string != nil
      }
      guard let place else { return nil }
      return changed(place, to: place.value.integer == nil ? "nowhere" : 9)
    }
  }

  @Test("are all refused, whatever the mistake", arguments: Mutation.allCases)
  func noneIsTaken(mutation: Mutation) throws {
    let seed: UInt64 = 20_260_131
    var random = Seeded(state: seed &+ UInt64(mutation.hashOfName))
    let sets = try ManifestFiles.sets()
    var tried = 0
    var taken: [String] = []
    while tried < 200 {
      guard var objects = sets.randomElement(using: &random), let index = objects.indices.randomElement(using: &random),
        !(objects[index]["apiVersion"]?.string ?? "").contains(".io/v1b"),
        !(objects[index]["apiVersion"]?.string ?? "").contains("keda"),
        let (object, what) = Self.mutated(objects[index], mutation, using: &random)
      else { continue }
      let title = "\(object["kind"]?.string ?? "") \(object["metadata", "name"]?.string ?? ""): \(what)"
      objects[index] = object
      tried += 1
      if ManifestFiles.refusals(of: objects).isEmpty { taken.append(title) }
    }
    print("seed \(seed): \(tried) manifests with \(mutation.rawValue), \(taken.count) taken")
    #expect(taken == [])
  }
}

extension MutationTests.Mutation {
  /// The same in every process, unlike `hashValue`.
  fileprivate var hashOfName: Int { rawValue.utf8.reduce(7) { ($0 &* 31 &+ Int($1)) & 0xFFFF } }
}

extension JSONValue {
  fileprivate var isEmptyObject: Bool { object?.isEmpty == true }
}
