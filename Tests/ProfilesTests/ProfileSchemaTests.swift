import Foundation
import KubernetesObjects
import Profiles
import Testing

/// Editors complete by the schema what the reader reads. Where a mapping is wanted and a list stands, the reader names all
/// keys that it knows there: these are compared with the schema's, mapping by mapping.
@Suite("The schema of a profile")
struct ProfileSchemaTests {
  private let schema: JSONValue

  init() throws {
    schema = try JSONDecoder().decode(JSONValue.self, from: Data(ProfileSchema.text.utf8))
  }

  private static let profile = """
    apiVersion: scaleproof/v1
    kind: Profile
    metadata: {name: all}
    target:
      url: https://api.example.com
      http: "2"
      auth: {basic: {user: me, password: "{{env PASSWORD}}"}}
      tls: {verify: true}
      timeouts: {connect: 1s}
      connections: {max: 5}
      servedBy: {pod: X-Pod}
    cluster:
      simulated:
        manifests: m
        workload: {serviceTime: 5ms}
        versions: {v2: {failing: 5%}}
        nodes: {count: 3}
        ingress: {retries: 2}
        metrics: {queue: {backlog: {arrivals: {0s: 5}, perPod: 2}}}
        faults: [{at: calm + 2s, application: {version: v1, failing: 7%}}, {at: calm + 3s, write: {delete: pod/x}}, {when: scales out, apiErrors: {status: 429}}]
      workload: deployment/web
    requests: [{name: home, path: /, method: POST, body: {text: hello}, expect: {status: 200}}]
    data: {skus: {file: skus.csv}}
    load:
      phases: [{name: calm, for: 60s, rate: 10/s}]
    actions: [{name: release, at: calm + 1s, rollout: {restart: true}}]
    abortOn: [{over: 10s, latency: {percentile: 99, above: 2s}}]
    expectations: [{name: e, KIND}]
    incident: {seen: it fails, verdicts: {e: fail}, fix: {because: it helps, set: [a=b]}}
    """

  /// The text with a list in place of the mapping behind a key, and the path to it in the schema.
  private static let mappings: [(change: (from: String, to: String), path: [String])] = [
    (("{name: all}", "[]"), ["metadata"]),
    (("{basic: {user: me, password: \"{{env PASSWORD}}\"}}", "{basic: []}"), ["target", "auth", "basic"]),
    (("{verify: true}", "[]"), ["target", "tls"]), (("{connect: 1s}", "[]"), ["target", "timeouts"]),
    (("{max: 5}", "[]"), ["target", "connections"]), (("{pod: X-Pod}", "[]"), ["target", "servedBy"]),
    (("{serviceTime: 5ms}", "[]"), ["cluster", "simulated", "workload"]),
    (("{failing: 5%}", "[]"), ["cluster", "simulated", "versions", "*"]),
    (("{count: 3}", "[]"), ["cluster", "simulated", "nodes"]),
    (("{retries: 2}", "[]"), ["cluster", "simulated", "ingress"]),
    (("{backlog: {arrivals: {0s: 5}, perPod: 2}}", "[]"), ["cluster", "simulated", "metrics", "*"]),
    (("{arrivals: {0s: 5}, perPod: 2}", "[]"), ["cluster", "simulated", "metrics", "*", "backlog"]),
    (("{at: calm + 2s, application: {version: v1, failing: 7%}}", "[]"), ["cluster", "simulated", "faults"]),
    (("{version: v1, failing: 7%}", "[]"), ["cluster", "simulated", "faults", "application"]),
    (("{delete: pod/x}", "[]"), ["cluster", "simulated", "faults", "write"]),
    (("{status: 429}", "[]"), ["cluster", "simulated", "faults", "apiErrors"]),
    (("{text: hello}", "[]"), ["requests", "body"]), (("{status: 200}", "[]"), ["requests", "expect"]),
    (("{file: skus.csv}", "[]"), ["data", "*"]), (("{restart: true}", "[]"), ["actions", "rollout"]),
    (("{percentile: 99, above: 2s}", "[]"), ["abortOn", "latency"]),
    (("{name: release, at: calm + 1s, rollout: {restart: true}}", "[]"), ["actions"]),
    (("{over: 10s, latency: {percentile: 99, above: 2s}}", "[]"), ["abortOn"]),
    (("{name: home, path: /, method: POST, body: {text: hello}, expect: {status: 200}}", "[]"), ["requests"]),
    (("{name: e, KIND}", "[]"), ["expectations"]),
    (("{because: it helps, set: [a=b]}", "[]"), ["incident", "fix"]),
    (("{seen: it fails, verdicts: {e: fail}, fix: {because: it helps, set: [a=b]}}", "[]"), ["incident"]),
  ]

  private func keysOfReader(_ text: String) throws -> [Set<String>] {
    let problems = #expect(throws: ProfileProblems.self) { try ProfileReader.read(text: text, source: "p.yaml") }
    return (problems?.problems ?? []).compactMap { problem in
      guard let range = problem.message.range(of: "a mapping with the keys ") else { return nil }
      let list = problem.message[range.upperBound...].split(separator: ", not ")[0]
      return Set(list.components(separatedBy: ", "))
    }
  }

  /// All keys that the schema knows behind a path, in whichever form.
  private func keys(_ node: JSONValue?, _ path: ArraySlice<String>) -> Set<String> {
    guard let node else { return [] }
    if let reference = node["$ref"]?.string {
      return keys(schema["definitions"]?[String(reference.dropFirst("#/definitions/".count))], path)
    }
    var found: Set<String> = []
    for word in ["anyOf", "oneOf", "allOf"] {
      for form in node[word]?.array ?? [] { found.formUnion(keys(form, path)) }
    }
    if let items = node["items"] { found.formUnion(keys(items, path)) }
    if path.first == "*" {
      found.formUnion(keys(node["additionalProperties"], path.dropFirst()))
    } else if let first = path.first {
      found.formUnion(keys(node["properties"]?[first], path.dropFirst()))
    } else if let properties = node["properties"]?.object {
      found.formUnion(properties.keys)
    }
    return found
  }

  @Test("knows exactly the keys that the reader knows")
  func keys() throws {
    for mapping in Self.mappings {
      let text = Self.profile.replacingOccurrences(of: mapping.change.from, with: mapping.change.to)
      let reader = try keysOfReader(text.replacingOccurrences(of: "KIND", with: "latency: {}"))

      #expect(reader.contains(keys(schema, mapping.path[...])), "\(mapping.path): \(reader)")
    }
    let whole = try keysOfReader("[]")
    #expect(whole == [keys(schema, [])])
  }

  @Test("knows the keys of each kind of expectation", arguments: KindName.allCases)
  func kinds(_ kind: KindName) throws {
    let reader = try keysOfReader(Self.profile.replacingOccurrences(of: "KIND", with: "\(kind.rawValue): []"))

    #expect(reader == [keys(schema, ["expectations", kind.rawValue])])
  }

  @Test(
    "says of each key of a kind what its declaration says: the form, the default, whether it is required",
    arguments: KindName.allCases)
  func declarations(_ kind: KindName) throws {
    let forms = schema["properties"]?["expectations"]?["items"]?["oneOf"]?.array ?? []
    #expect(forms.count == KindName.allCases.count)
    let bodies = forms.compactMap { $0["properties"]?[kind.rawValue] }
    let body = try #require(bodies.first)

    #expect(body["description"]?.string == kind.type.summary)
    let required = kind.type.fields.filter(\.isRequired).map(\.key)
    let inSchema = (body["required"]?.array ?? []).compactMap(\.string)
    #expect(inSchema == required)
    for field in kind.type.fields {
      let told = try #require(body["properties"]?[field.key])
      #expect(told["description"]?.string?.hasPrefix(field.about) ?? false, "\(field.key)")
      let value: String? = if case .byDefault(let text) = field.presence { text } else { nil }
      #expect(told["default"]?.string == value, "\(field.key)")
      let reference = told["allOf"]?.array?.first?["$ref"]?.string?.split(separator: "/").last.map(String.init)
      let resolved = reference.flatMap { schema["definitions"]?[$0] } ?? told
      switch field.form {
      case .moment: #expect(reference == "moment")
      case .window: #expect(reference == "window")
      case .count: #expect(reference == "count")
      case .wholeNumber: #expect(told["anyOf"]?.array?.first?["type"]?.string == "integer")
      case .duration: #expect(reference == "duration")
      case .percentage: #expect(reference == "percentage")
      case .percentile: #expect(reference == "percentile")
      case .request, .action, .service, .config: #expect(reference == "text")
      case .writers: #expect(told["anyOf"]?.array?.last?["items"]?["$ref"]?.string?.hasSuffix("text") ?? false)
      case .rate: #expect(reference == "rate")
      case .shareOrRate: #expect(told["pattern"]?.string == "%$|/(s|m|min|h)$")
      case .words(let words): #expect(resolved["enum"]?.array?.compactMap(\.string) == words)
      }
    }
  }

  @Test(
    "says the same of the top level, the target, the cluster and the load", arguments: ["target", "cluster", "load"])
  func parts(_ part: String) throws {
    let lines = Self.profile.split(separator: "\n", omittingEmptySubsequences: false)
    var kept: [Substring] = []
    var inside = false
    for line in lines {
      if line.hasPrefix("\(part):") {
        inside = true
        kept.append("\(part): []")
      } else if !line.hasPrefix(" ") {
        inside = false
      }
      if !inside { kept.append(line) }
    }

    let reader = try keysOfReader(kept.joined(separator: "\n").replacingOccurrences(of: "KIND", with: "latency: {}"))

    // Users of the load as a whole are known to the reader only so that it can say where they belong.
    let misplaced: Set<String> = part == "load" ? ["users"] : []
    #expect(reader.contains(keys(schema, [part]).union(misplaced)), "\(reader)")
  }
}
