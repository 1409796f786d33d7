import Foundation
import KubernetesObjects

/// Where a list goes on that was read in parts: what a `continue` token says
/// (Kubernetes, staging/src/k8s.io/apiserver/pkg/storage/continue.go).
struct ListContinuation: Equatable {
  /// The version of the store that all parts show; `nil` for how it is when the part is asked for.
  let resourceVersion: Int64?
  /// The last object of the part before.
  let last: ObjectKey

  private struct Token: Codable {
    var v: String
    var rv: Int64
    var start: String
  }

  private static let version = "meta.k8s.io/v1"

  init(resourceVersion: Int64?, after last: ObjectKey) {
    self.resourceVersion = resourceVersion
    self.last = last
  }

  /// - Parameter namespace: that of the path of the list; `nil` for all, whose keys begin with their namespace.
  init(token: String, namespace: String?) throws(APIFailure) {
    func invalid(_ cause: String) -> APIFailure {
      .badRequest("invalid continue token: continue key is not valid: \(cause)")
    }
    let standard = token.replacing("-", with: "+").replacing("_", with: "/")
    let padding = String(repeating: "=", count: (4 - standard.utf8.count % 4) % 4)
    guard let data = Data(base64Encoded: standard + padding) else { throw invalid("it is no base64") }
    guard let read = try? JSONDecoder().decode(Token.self, from: data) else { throw invalid("it holds no JSON object") }
    guard read.v == Self.version else { throw invalid("server does not recognize this encoded version \"\(read.v)\"") }
    guard read.rv != 0 else { throw invalid("incorrect encoded start resourceVersion (version \(read.v))") }
    guard read.start.hasSuffix("\0") else { throw invalid("encoded start key empty (version \(read.v))") }
    let parts = read.start.dropLast().split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard let name = parts.last, !name.isEmpty, parts.count <= 2, parts.count == 1 || namespace == nil else {
      throw invalid("\(read.start)")
    }
    resourceVersion = read.rv > 0 ? read.rv : nil
    last = ObjectKey(namespace: parts.count == 2 ? parts[0] : namespace ?? "", name: name)
  }

  /// - Parameter namespace: that of the path of the list.
  func token(namespace: String?) -> String {
    let isWithNamespace = namespace == nil && !last.namespace.isEmpty
    let start = isWithNamespace ? "\(last.namespace)/\(last.name)\0" : "\(last.name)\0"
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    guard let data = try? encoder.encode(Token(v: Self.version, rv: resourceVersion ?? -1, start: start)) else {
      return ""
    }
    return data.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
  }
}

extension APIFailure {
  /// The parts of a list that were not read yet can no longer be shown as they were with the first.
  ///
  /// - Parameter token: goes on with what there is now.
  static func continuationExpired(_ token: String) -> APIFailure {
    var failure = APIFailure(
      code: 410, reason: "Expired",
      message: "The provided continue parameter is too old to display a consistent list result. You can start a new "
        + "list without the continue parameter, or use the continue token in this response to retrieve the remainder of "
        + "the results. Continuing with the provided token results in an inconsistent list - objects that were created, "
        + "modified, or deleted between the time the first chunk was returned and now may show up in the list.")
    failure.metadata = ["continue": .string(token)]
    return failure
  }
}
