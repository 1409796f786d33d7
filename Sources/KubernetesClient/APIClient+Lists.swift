import Foundation
package import KubernetesObjects

/// All objects of a resource, put together from the parts in which a server gives a list.
package struct CompleteList<Item: Sendable>: Sendable {
  package let items: [Item]
  /// The version of the store that all parts show, and that a watch goes on from; empty where the server has none.
  package let resourceVersion: String
  /// The answers that it came in, without their bodies: at least one.
  package let answers: [APIClient.Answer]

  /// When it was asked for: no part shows anything that was older by then.
  package let sent: ContinuousClock.Instant
  /// When its last part had come in.
  package let received: ContinuousClock.Instant
}

extension APIClient {
  /// As many objects as clients of Kubernetes ask for at once (Kubernetes, client-go/tools/pager/pager.go, `defaultPageSize`).
  package static let partSize = 500

  /// All objects of a resource in a namespace, as JSON values, with the version to watch from.
  ///
  /// Without `resourceVersion` in the query, so that the answer is the newest state and not one from a cache
  /// (Kubernetes, "Resource versions" in the API concepts). A long list comes in parts, all of which show the state of the
  /// first. Where the server has forgotten that state before the last part, or answers with parts of another, the whole list
  /// is read at once instead, as by other clients (client-go/tools/pager/pager.go, `List`): objects that were changed between
  /// two parts would else be missing or there twice.
  ///
  /// - Parameters:
  ///   - namespace: `nil` for all, or a resource that has none.
  ///   - partSize: how many objects are asked for at once.
  package func list(
    _ resource: ResourceType, namespace: String?, _ selection: ListSelection = .all, partSize: Int = partSize
  ) async throws(KubernetesError) -> CompleteList<JSONValue> {
    try await list(resource, namespace, selection, partSize: partSize) { body in
      let list = try JSONDecoder().decode(ObjectList<JSONValue>.self, from: body)
      return ListPart(
        items: list.items ?? [], resourceVersion: list.metadata.resourceVersion, token: list.metadata.continue)
    }
  }

  /// The same, with the objects as the server wrote them: for those who look at very many.
  package func rawList(
    _ resource: ResourceType, namespace: String?, _ selection: ListSelection = .all, partSize: Int = partSize
  ) async throws(KubernetesError) -> CompleteList<RawObject> {
    try await list(resource, namespace, selection, partSize: partSize) { body in
      let list = try RawObject(Array(body))
      // What has no items is no list, not even an empty one: a `Status` is an object with metadata as well.
      guard let metadata = list.metadata, list.has("items") else { throw NoList() }
      return ListPart(
        items: try list.objects("items"), resourceVersion: metadata.string("resourceVersion"),
        token: metadata.string("continue"))
    }
  }

  private struct NoList: Error {}

  private func list<Item>(
    _ resource: ResourceType, _ namespace: String?, _ selection: ListSelection, partSize: Int,
    read: (Data) throws -> ListPart<Item>
  ) async throws(KubernetesError) -> CompleteList<Item> {
    var parts: [(list: ListPart<Item>, answer: Answer)] = []
    var token = ""
    repeat {
      do throws(KubernetesError) {
        let part = try await self.part(resource, namespace, selection, limit: partSize, continuing: token, read)
        let isOfSame = parts.first.map { $0.list.resourceVersion == part.list.resourceVersion } ?? true
        guard isOfSame else { return try await wholeList(resource, namespace, selection, read) }
        parts.append(part)
        token = part.list.token ?? ""
      } catch {
        guard error.code == .expired, !token.isEmpty else { throw error }
        return try await wholeList(resource, namespace, selection, read)
      }
    } while !token.isEmpty
    return CompleteList(parts)
  }

  /// A whole list in one answer.
  private func wholeList<Item>(
    _ resource: ResourceType, _ namespace: String?, _ selection: ListSelection, _ read: (Data) throws -> ListPart<Item>
  ) async throws(KubernetesError) -> CompleteList<Item> {
    let part = try await part(resource, namespace, selection, limit: nil, continuing: "", read)
    guard part.list.token ?? "" == "" else {
      throw KubernetesError(
        .malformed, attempt: "cannot read \(connection.server)\(resource.path(namespace: namespace))",
        cause: "the list ends before its end, though all of it was asked for",
        hint: "is this a Kubernetes API server?")
    }
    return CompleteList([part])
  }

  private func part<Item>(
    _ resource: ResourceType, _ namespace: String?, _ selection: ListSelection, limit: Int?, continuing token: String,
    _ read: (Data) throws -> ListPart<Item>
  ) async throws(KubernetesError) -> (list: ListPart<Item>, answer: Answer) {
    let path = resource.path(namespace: namespace)
    let limits = limit.map { [(name: "limit", value: String($0))] } ?? []
    let rest = token.isEmpty ? [] : [(name: "continue", value: token)]
    let answer = try await get(
      path: path + URLQuery.text(selection.query + limits + rest), accept: resource.acceptedList)
    do {
      return (try read(answer.body), answer.withoutBody)
    } catch {
      throw notWhatWasAsked(path)
    }
  }
}

/// What one answer to a list holds.
private struct ListPart<Item: Sendable>: Sendable {
  let items: [Item]
  let resourceVersion: String?
  /// What to ask for the next part with; `nil` or empty where there is none.
  let token: String?
}

extension CompleteList {
  /// - Parameter parts: in their order; at least one.
  fileprivate init(_ parts: [(list: ListPart<Item>, answer: APIClient.Answer)]) {
    items = parts.count == 1 ? parts[0].list.items : parts.flatMap(\.list.items)
    resourceVersion = parts[0].list.resourceVersion ?? ""
    answers = parts.map(\.answer)
    sent = parts[0].answer.sent
    received = parts[parts.count - 1].answer.received
  }
}
