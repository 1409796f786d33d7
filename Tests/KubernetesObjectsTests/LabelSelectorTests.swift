import KubernetesObjects
import Testing
import Units

@Suite("Label selectors")
struct LabelSelectorTests {
  private static let labels = ["app": "web", "tier": "front", "zone": "a"]

  @Test(
    "A selector's text matches as in Kubernetes",
    arguments: [
      ("app=web", true), ("app==web", true), ("app=api", false), ("app!=api", true), ("app!=web", false),
      ("app=web,tier=front", true), ("app=web,tier=back", false), ("zone in (a, b)", true), ("zone in (b,c)", false),
      ("zone notin (b,c)", true), ("zone notin (a)", false), ("canary", false), ("app", true), ("!canary", true),
      ("!app", false), ("missing!=x", true), ("missing notin (x)", true), ("", true), (" app = web ", true),
    ])
  func matches(text: String, expected: Bool) throws {
    let selector = try #require(LabelSelector(text: text))
    #expect(selector.matches(Self.labels) == expected)
  }

  @Test("What is no selector is refused", arguments: ["=web", "zone within (a)", "a b", "zone in a, b c"])
  func refuses(text: String) {
    #expect(LabelSelector(text: text) == nil)
  }

  @Test("An empty selector matches everything, an unknown operator nothing")
  func edges() {
    #expect(LabelSelector(matchLabels: [:]).matches(nil))
    let unknown: JSONValue = ["matchExpressions": [["key": "app", "operator": "Gt", "values": ["1"]]]]
    #expect((try? unknown.decoded(as: LabelSelector.self).matches(Self.labels)) == false)
  }
}

@Suite("Counts and shares")
struct IntOrPercentTests {
  @Test("A number is a count, a text with % a share")
  func decoding() throws {
    let value: JSONValue = ["a": 2, "b": "25%", "c": "3"]
    let decoded: [String: IntOrPercent] = try value.decoded()
    #expect(decoded == ["a": .count(2), "b": .percent(25), "c": .count(3)])
    #expect(try JSONValue(encoding: decoded) == ["a": 2, "b": "25%", "c": 3])
  }

  @Test("Anything else is refused", arguments: ["", "%", "x%", "2.5%", "two"])
  func refuses(text: String) {
    #expect(IntOrPercent(text: text) == nil)
    #expect(throws: DecodingError.self) {
      try (["a": .string(text)] as JSONValue).decoded(as: [String: IntOrPercent].self)
    }
  }
}

@Suite("Quantities in objects")
struct ResourceQuantityTests {
  @Test("Texts and bare numbers are read, and written with the suffixes that they had")
  func decoding() throws {
    let value: JSONValue = ["cpu": "250m", "memory": "256Mi", "count": 3, "half": 0.5]
    let decoded: [String: ResourceQuantity] = try value.decoded()
    #expect(decoded["cpu"]?.quantity.milli == 250)
    #expect(decoded["memory"]?.quantity.milli == 268_435_456_000)
    #expect(
      try JSONValue(encoding: decoded) == ["cpu": "250m", "memory": "256Mi", "count": "3", "half": "500m"])
  }

  @Test("The same amount is equal, however written")
  func equality() throws {
    let decoded: [ResourceQuantity] = try (["1Ki", 1024, "1024000m"] as JSONValue).decoded()
    #expect(Set(decoded).count == 1)
  }

  @Test("What is no quantity is refused")
  func refuses() {
    #expect(throws: DecodingError.self) { try (["12 apples"] as JSONValue).decoded(as: [ResourceQuantity].self) }
  }
}
