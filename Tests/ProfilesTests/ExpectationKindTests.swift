import Profiles
import Testing

/// An expectation in a profile that has phases, an action and a request with the names of the examples.
private struct ExpectationSource {
  let kind: KindName
  let body: String

  private var profile: ProfileText {
    ProfileText(
      load: "{phases: [{name: calm, for: 60s, rate: 10/s}, {name: surge, for: 60s, rate: 90/s}, "
        + "{name: settle, for: 14m, rate: 10/s}]}",
      actions: "[{name: release, at: surge + 10s, rollout: {restart: true}}]",
      expectations: "[{name: e, \(kind.rawValue): \(body)}]")
  }

  func expectation() throws -> Profiles.Expectation { try #require(try profile.profile().expectations.first) }
  func problems() -> [String] { profile.problems() }
}

/// The keys of a mapping in flow style and what stands behind each.
private func entries(_ body: String) -> [(key: String, value: String)] {
  body.dropFirst().dropLast().split(separator: ", ").map { entry in
    let parts = entry.split(separator: ": ", maxSplits: 1)
    return (String(parts[0]), String(parts[1]))
  }
}

private func mapping(_ entries: [(key: String, value: String)]) -> String {
  "{\(entries.map { "\($0.key): \($0.value)" }.joined(separator: ", "))}"
}

@Suite("The kinds of expectations")
struct ExpectationKindTests {
  @Test("a kind reads its own example, and is what it says", arguments: KindName.allCases)
  func example(_ kind: KindName) throws {
    let wanted = try ExpectationSource(kind: kind, body: kind.type.example).expectation().kind.wanted

    #expect(wanted.name == kind && type(of: wanted).name == kind)
    #expect(wanted.kind.wanted.name == kind)
    #expect(!wanted.sentence.isEmpty && !kind.type.summary.isEmpty)
  }

  @Test("a kind reads each key that it declares, and no other", arguments: KindName.allCases)
  func keys(_ kind: KindName) throws {
    let example = entries(kind.type.example)
    #expect(Set(kind.type.fields.map(\.key)).count == kind.type.fields.count)
    for field in kind.type.fields {
      var body = example.filter { $0.key != field.key }
      body.append((field.key, "[]"))

      let problems = ExpectationSource(kind: kind, body: mapping(body)).problems()

      #expect(problems.count == 1, "\(problems)")
      #expect(problems.allSatisfy { $0.contains("expectations[0].\(kind.rawValue).\(field.key): ") }, "\(problems)")
    }
    let unknown = ExpectationSource(kind: kind, body: mapping(example + [("quiteDifferent", "1")])).problems()
    #expect(unknown.count == 1 && unknown[0].contains("unknown key \"quiteDifferent\""), "\(unknown)")
  }

  @Test("a key is missed exactly where it is declared as required", arguments: KindName.allCases)
  func required(_ kind: KindName) throws {
    let problems = ExpectationSource(kind: kind, body: "{}").problems().filter { $0.contains("is missing") }

    let declared = kind.type.fields.compactMap { field -> String? in
      guard case .required(let example) = field.presence else { return nil }
      return "the key \"\(field.key)\" is missing; write it as in \(field.key): \(example)"
    }
    #expect(problems.count == declared.count)
    for text in declared { #expect(problems.contains { $0.hasSuffix(text) }, "\(text): \(problems)") }
  }

  @Test("an example of a required key can be read", arguments: KindName.allCases)
  func examplesOfKeys(_ kind: KindName) throws {
    for field in kind.type.fields {
      guard case .required(let example) = field.presence else { continue }
      let body = entries(kind.type.example).filter { $0.key != field.key } + [(field.key, example)]
      _ = try ExpectationSource(kind: kind, body: mapping(body)).expectation()
    }
  }

  @Test("a key that is left out reads as its default would", arguments: KindName.allCases)
  func defaults(_ kind: KindName) throws {
    for field in kind.type.fields {
      guard case .byDefault(let text) = field.presence else { continue }
      let body = entries(kind.type.example).filter { $0.key != field.key }

      let without = try ExpectationSource(kind: kind, body: mapping(body)).expectation().kind
      let with = try ExpectationSource(kind: kind, body: mapping(body + [(field.key, text)])).expectation().kind

      // What the controller was started with is left open, for other expectations to tell.
      if with.wanted.controller == without.wanted.controller { #expect(with == without, "\(field.key)") }
      #expect(with.wanted.sentence == without.wanted.sentence)
    }
  }

  @Test("what can be judged without load says so of its keys", arguments: KindName.allCases)
  func withoutLoad(_ kind: KindName) throws {
    let example = entries(kind.type.example)
    switch kind.withoutLoad {
    case .anyhow:
      #expect(try ExpectationSource(kind: kind, body: kind.type.example).expectation().needOfRun == nil)
    case .overTheRun(let places):
      #expect(try ExpectationSource(kind: kind, body: kind.type.example).expectation().needOfRun != nil)
      let keys = places.flatMap { entries("{\($0)}") }
      let body = example.filter { entry in !keys.contains { $0.key == entry.key } } + keys
      #expect(try ExpectationSource(kind: kind, body: mapping(body)).expectation().needOfRun == nil)
    case .never:
      #expect(try ExpectationSource(kind: kind, body: kind.type.example).expectation().needOfRun != nil)
    }
  }
}
