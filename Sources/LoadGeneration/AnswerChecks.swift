package import Curl
import Foundation
import LoadFacts

/// What an answer must have beside its status.
package struct AnswerChecks: Sendable {
  /// Response headers and the value that each must have.
  package var headers: [(name: HeaderName, value: String)]
  /// Texts that the body must contain.
  package var bodyContains: [String]
  /// Pointers into a JSON body (RFC 6901) and the value, as JSON text, that each must lead to.
  package var json: [(pointer: String, value: String)]
  /// The most bytes of body.
  package var maximumSize: Int?

  package init(
    headers: [(name: HeaderName, value: String)] = [], bodyContains: [String] = [],
    json: [(pointer: String, value: String)] = [], maximumSize: Int? = nil
  ) {
    self.headers = headers
    self.bodyContains = bodyContains
    self.json = json
    self.maximumSize = maximumSize
  }

  /// Bodies up to this size are looked into.
  static let largestBody = 16 << 20

  var isEmpty: Bool { headers.isEmpty && !needsBody }
  /// Whether bodies have to be kept.
  var needsBody: Bool { !bodyContains.isEmpty || !json.isEmpty || maximumSize != nil }
}

/// The checks of one route, prepared once.
struct CompiledChecks {
  private let headers: [(name: HeaderName, value: [UInt8])]
  private let texts: [[UInt8]]
  private let values: [(tokens: [String], value: JSONTree)]
  let isEmpty: Bool
  /// The most bytes of body to keep; `nil` when none is needed.
  let bodyLimit: Int?
  let limitsSize: Bool

  /// - Throws: ``LoadGenerationError`` for a value that is no JSON.
  init(_ checks: AnswerChecks, route: String) throws(LoadGenerationError) {
    headers = checks.headers.map { ($0.name, Array($0.value.utf8)) }
    texts = checks.bodyContains.map { Array($0.utf8) }
    var values: [(tokens: [String], value: JSONTree)] = []
    for (pointer, value) in checks.json {
      guard let tree = JSONTree(Array(value.utf8)) else {
        throw LoadGenerationError("the request \"\(route)\" expects \(value) at \(pointer), which is no JSON")
      }
      values.append((Self.tokens(of: pointer), tree))
    }
    self.values = values
    isEmpty = checks.isEmpty
    bodyLimit = checks.needsBody ? checks.maximumSize ?? AnswerChecks.largestBody : nil
    limitsSize = checks.maximumSize != nil
  }

  /// The first check that an answer fails; `nil` when it passes all.
  func failure(of transfer: borrowing Transfer, body: [UInt8]) -> FailedCheck? {
    for (name, value) in headers where transfer.withHeader(name, { $0.elementsEqual(value) }) != true { return .header }
    for text in texts where !body.contains(text) { return .body }
    guard !values.isEmpty else { return nil }
    return JSONTree(body).map(failure(ofBody:)) ?? .json
  }

  func failure(ofBody tree: JSONTree) -> FailedCheck? {
    values.allSatisfy { tokens, value in tree.value(at: tokens[...]) == value } ? nil : .json
  }

  /// RFC 6901, section 3 and 4: `~1` stands for `/` and `~0` for `~`.
  private static func tokens(of pointer: String) -> [String] {
    pointer.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map {
      String($0).replacing("~1", with: "/").replacing("~0", with: "~")
    }
  }
}

/// A JSON value to compare with.
enum JSONTree: Equatable, Decodable {
  case null
  case bool(Bool)
  case integer(Int)
  case number(Double)
  case text(String)
  case list([JSONTree])
  case object([String: JSONTree])

  /// - Returns: `nil` for bytes that are no JSON.
  init?(_ bytes: [UInt8]) {
    guard let tree = try? JSONDecoder().decode(JSONTree.self, from: Data(bytes)) else { return nil }
    self = tree
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Int.self) {
      self = .integer(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .text(value)
    } else if let value = try? container.decode([JSONTree].self) {
      self = .list(value)
    } else {
      self = .object(try container.decode([String: JSONTree].self))
    }
  }

  /// The value at a path of keys and indices; `nil` when there is none.
  func value(at tokens: ArraySlice<String>) -> JSONTree? {
    guard let token = tokens.first else { return self }
    switch self {
    case .object(let members): return members[token]?.value(at: tokens.dropFirst())
    case .list(let elements):
      guard let index = Int(token), elements.indices.contains(index) else { return nil }
      return elements[index].value(at: tokens.dropFirst())
    default: return nil
    }
  }
}
