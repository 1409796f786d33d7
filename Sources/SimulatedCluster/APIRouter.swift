import KubernetesObjects
import KubernetesValidation
import ServerSideApply

extension ClusterSimulation {
  /// Answers a request to the Kubernetes API now.
  package mutating func respond(to request: APIRequest) -> APIAnswer {
    do {
      let user = try user(of: request)
      try authorize(user, AccessAttributes(request))
      if let answer = fixedAnswer(to: request) { return answer }
      return try resourceAnswer(to: request, by: user)
    } catch {
      return .object(status: error.code, error.json)
    }
  }

  /// Health, version and discovery.
  private func fixedAnswer(to request: APIRequest) -> APIAnswer? {
    switch request.path {
    case "/readyz", "/healthz", "/livez":
      let isVerbose = request.query["verbose"] != nil
      let name = request.path.dropFirst()
      return .text(status: 200, isVerbose ? "[+]ping ok\n\(name) check passed\n" : "ok")
    case "/version": return .object(status: 200, Discovery.version)
    case "/api", "/api/": return .object(status: 200, Discovery.coreVersions)
    case "/apis", "/apis/": return .object(status: 200, Discovery.groups(declared: !workload.metrics.isEmpty))
    case "/openapi/v2":
      guard request.accept.contains(OpenAPIVersion2.binaryMediaType) else {
        return .object(status: 200, OpenAPIVersion2.json)
      }
      return .binary(status: 200, type: OpenAPIVersion2.binaryAnswerType, OpenAPIVersion2.binary)
    case "/openapi/v3": return .object(status: 200, OpenAPIVersion3.paths)
    default:
      if let document = OpenAPIVersion3.document(path: request.path) { return .object(status: 200, document) }
      if MetricsAPI.allCases.contains(where: { isDown($0) && request.path.hasPrefix("/apis/\($0.group)/") }),
        ResourcePath(request.path) == nil
      {
        return .serviceUnavailable
      }
      return Discovery.resources(path: request.path, metrics: workload.metrics).map { .object(status: 200, $0) }
    }
  }

  func isDown(_ api: MetricsAPI) -> Bool {
    api == .resource ? !metrics.isServed : metrics.custom.down.contains(api)
  }

  private mutating func resourceAnswer(to request: APIRequest, by user: APIUser) throws(APIFailure) -> APIAnswer {
    guard let target = ResourcePath(request.path) else { throw .noSuchPath }
    if target.isPodMetrics || target.isNodeMetrics { return try metricsAnswer(to: request, target) }
    if target.group == MetricsAPI.custom.group { return try customMetricsAnswer(to: request, target) }
    if target.group == MetricsAPI.external.group { return try externalMetricsAnswer(to: request, target) }
    if let question = AccessQuestion(target) { return try answer(to: question, of: user, request) }
    guard let (kind, form) = target.served else { throw .noSuchPath }
    guard let name = target.name else {
      switch request.method {
      case "GET", "HEAD": return try list(kind, form, target, request)
      case "POST": return try post(kind, form, target, request, by: user)
      case "DELETE" where kind != .namespace: return try deleteAll(kind, form, target, request)
      default: throw .methodNotAllowed(request.method)
      }
    }
    let key = ObjectKey(namespace: kind.isNamespaced ? target.namespace ?? "default" : "", name: name)
    if target.subresource == "scale" { return try scaleAnswer(kind, key, request) }
    if kind == .pod, target.subresource == "eviction" { return try evictionAnswer(key, request) }
    if kind == .serviceAccount, target.subresource == "token" { return try tokenAnswer(key, request) }
    if kind == .pod, let subresource = target.subresource, Self.ofPrograms.contains(subresource) {
      guard context.store[.pod, key] != nil else { throw .notFound(kind, name) }
      throw .noProgram(in: name, subresource)
    }
    guard target.subresource == nil || target.subresource == "status" else { throw .noSuchPath }
    switch request.method {
    case "GET", "HEAD":
      guard let object = context.store[kind, key] else { throw .notFound(kind, name) }
      return .object(status: 200, shown(object, form, request))
    case "PUT", "PATCH": return try write(kind, form, key, target, request, by: user)
    case "DELETE":
      let options = request.body
      let policy = options?["propagationPolicy"]?.string ?? request.query["propagationPolicy"]
      let grace = options?["gracePeriodSeconds"]?.int ?? request.query["gracePeriodSeconds"].flatMap { Int($0) }
      if let object = context.store[kind, key] { try DeletePreconditions(options: options).check(object) }
      return try trying(request) { (cluster) throws(APIFailure) in
        let deleted = try cluster.delete(
          kind, key, gracePeriod: grace,
          orphansDependents: policy == "Orphan" || options?["orphanDependents"] == true)
        // As the API server does for these two; of others it tells the end only.
        // What stays until its finalizers are gone is shown as it is.
        if kind == .pod || kind == .service || !deleted.finalizers.isEmpty {
          return .object(status: 200, cluster.shown(deleted, form, request))
        }
        return .object(status: 200, Self.deletionStatus(deleted))
      }
    default: throw .methodNotAllowed(request.method)
    }
  }

  /// Deletes what a selector of labels and fields takes, and answers with it.
  private mutating func deleteAll(
    _ kind: ClusterKind, _ form: ObjectForm, _ target: ResourcePath, _ request: APIRequest
  ) throws(APIFailure) -> APIAnswer {
    let selection = try ObjectSelection(kind: kind, namespace: target.namespace, query: request.query)
    let objects = context.store.all(kind, namespace: target.namespace).filter(selection.matches)
    let policy = request.body?["propagationPolicy"]?.string ?? request.query["propagationPolicy"]
    let grace = request.body?["gracePeriodSeconds"]?.int ?? request.query["gracePeriodSeconds"].flatMap { Int($0) }
    return try trying(request) { (cluster) throws(APIFailure) in
      var deleted: [JSONValue] = []
      for object in objects {
        let gone = try cluster.delete(
          kind, object.key, gracePeriod: grace, orphansDependents: policy == "Orphan")
        deleted.append(form.shown(gone.served(typed: false)))
      }
      return .object(
        status: 200,
        [
          "kind": .string("\(kind.resource.kind)List"), "apiVersion": .string(form.apiVersion(of: kind)),
          "metadata": ["resourceVersion": .string(String(cluster.resourceVersion))], "items": .array(deleted),
        ])
    }
  }

  /// Subresources of pods that need a program in a container.
  private static let ofPrograms: Set<String> = ["attach", "exec", "log", "portforward", "proxy"]

  /// Does a write; of a dry run only the answer is kept.
  private mutating func trying(
    _ request: APIRequest, _ write: (inout ClusterSimulation) throws(APIFailure) -> APIAnswer
  ) throws(APIFailure) -> APIAnswer {
    guard request.isDryRun else { return try write(&self) }
    var copy = self
    copy.context.store.isTrial = true
    return try write(&copy)
  }

  private static func deletionStatus(_ object: ClusterObject) -> JSONValue {
    var details: JSONValue = [
      "name": .string(object.key.name), "kind": .string(object.kind.resource.plural),
      "uid": .string(object.metadata.uid ?? ""),
    ]
    if !object.kind.resource.group.isEmpty { details["group"] = .string(object.kind.resource.group) }
    return ["kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success", "details": details]
  }

  private mutating func post(
    _ kind: ClusterKind, _ form: ObjectForm, _ target: ResourcePath, _ request: APIRequest, by user: APIUser
  ) throws(APIFailure) -> APIAnswer {
    guard request.contentType.hasPrefix("application/json") else { throw .unsupportedMediaType(request.contentType) }
    guard let body = request.body, body.object != nil else { throw .badRequest("the body is not a JSON object") }
    guard body["kind"]?.string ?? kind.resource.kind == kind.resource.kind else {
      throw .badRequest(
        "the object provided is a \(body["kind"]?.string ?? ""), but the path is that of \(kind.resource.plural)")
    }
    let namespace = kind.isNamespaced ? target.namespace ?? body["metadata", "namespace"]?.string ?? "default" : ""
    if kind.isNamespaced, context.store[.namespace, ObjectKey(namespace: "", name: namespace)] == nil {
      throw .notFound(.namespace, namespace)
    }
    let wanted = try form.kept(body)
    let key = ObjectKey(namespace: namespace, name: body["metadata", "name"]?.string ?? "")
    try checkEscalation(kind, key, wanted, by: user)
    return try trying(request) { (cluster) throws(APIFailure) in
      let created = try cluster.create(
        kind, namespace: namespace, json: wanted, manager: request.fieldManager, fields: request.fieldValidation)
      return Self.answer(201, cluster.shown(created, form, request), to: request, about: kind, wanted)
    }
  }

  private mutating func write(
    _ kind: ClusterKind, _ form: ObjectForm, _ key: ObjectKey, _ target: ResourcePath, _ request: APIRequest,
    by user: APIUser
  ) throws(APIFailure) -> APIAnswer {
    guard !request.isApply else { return try apply(kind, form, key, target, request, by: user) }
    guard request.method == "PUT" || request.query["force"] == nil else {
      throw .invalidOption("force", .forbidden("force", "may not be specified for non-apply patch"))
    }
    guard let current = context.store[kind, key] else {
      throw .notFound(kind, key.name)
    }
    let wanted = try form.kept(try patched(form.shown(current.served()), request))
    try checkEscalation(kind, key, wanted, by: user)
    return try trying(request) { (cluster) throws(APIFailure) in
      let updated = try cluster.update(
        kind, key, to: wanted, isStatus: target.subresource == "status", manager: request.fieldManager,
        fields: request.fieldValidation, patch: request.method == "PATCH" ? request.body : nil)
      return Self.answer(200, cluster.shown(updated, form, request), to: request, about: kind, wanted)
    }
  }

  /// A server-side apply, which makes the object when there is none.
  private mutating func apply(
    _ kind: ClusterKind, _ form: ObjectForm, _ key: ObjectKey, _ target: ResourcePath, _ request: APIRequest,
    by user: APIUser
  ) throws(APIFailure) -> APIAnswer {
    let wanted = try AppliedConfiguration(request, kind, form, key, isStatus: target.subresource == "status")
    let current = context.store[kind, key]
    if current == nil {
      var attributes = AccessAttributes(request)
      attributes.verb = "create"
      try authorize(user, attributes)
      if kind.isNamespaced, context.store[.namespace, ObjectKey(namespace: "", name: key.namespace)] == nil {
        throw .notFound(.namespace, key.namespace)
      }
    }
    let applied = try wanted.applied(to: current, at: date)
    try checkEscalation(kind, key, applied.object, by: user)
    return try trying(request) { (cluster) throws(APIFailure) in
      guard current != nil else {
        var object = applied.object
        object.setMember(.string(key.name), at: ["metadata", "name"])
        let created = try cluster.create(
          kind, namespace: key.namespace, json: object, manager: wanted.manager, fields: request.fieldValidation,
          ownership: applied.fields)
        return .object(status: 201, cluster.shown(created, form, request))
      }
      let updated = try cluster.update(
        kind, key, to: applied.object, isStatus: wanted.isStatus, manager: wanted.manager,
        fields: request.fieldValidation, ownership: applied.fields)
      return .object(status: 200, cluster.shown(updated, form, request))
    }
  }

  /// The answer to a write, with a warning for each field that was dropped.
  private static func answer(
    _ status: Int, _ shown: JSONValue, to request: APIRequest, about kind: ClusterKind, _ wanted: JSONValue
  ) -> APIAnswer {
    guard request.fieldValidation == .warn else { return .object(status: status, shown) }
    var object = wanted
    object["apiVersion"] = .string(kind.resource.apiVersion)
    object["kind"] = .string(kind.resource.kind)
    let dropped = ObjectValidation.problems(in: object).filter { $0.reason == .unknownField }.map(\.detail)
    return dropped.isEmpty ? .object(status: status, shown) : .warned(status: status, shown, dropped)
  }

  /// What a PUT or PATCH makes of an object.
  private func patched(_ current: JSONValue, _ request: APIRequest) throws(APIFailure) -> JSONValue {
    let type = request.contentType.split(separator: ";").first.map(String.init) ?? ""
    guard let body = request.body else { throw .badRequest("the request has no body") }
    switch (request.method, type) {
    case ("PUT", "application/json"): return body
    case ("PATCH", "application/merge-patch+json"): return current.mergePatched(with: body)
    case ("PATCH", "application/strategic-merge-patch+json"): return current.strategicallyPatched(with: body)
    case ("PATCH", "application/json-patch+json"):
      guard let operations = body.array else { throw .badRequest("a JSON patch is a list of operations") }
      return try current.jsonPatched(with: operations)
    default: throw .unsupportedMediaType(request.contentType)
    }
  }

  private mutating func scaleAnswer(
    _ kind: ClusterKind, _ key: ObjectKey, _ request: APIRequest
  ) throws(APIFailure) -> APIAnswer {
    guard kind.hasScale else { throw .noSuchPath }
    guard let object = context.store[kind, key] else { throw .notFound(kind, key.name) }
    guard request.method == "PATCH" || request.method == "PUT" else {
      return .object(status: 200, Self.scale(of: object))
    }
    guard !request.isApply else {
      return try trying(request) { (cluster) throws(APIFailure) in
        .object(status: 200, Self.scale(of: try cluster.context.applyScale(kind, key, request)))
      }
    }
    let wanted = try patched(Self.scale(of: object), request)
    if let version = wanted["metadata", "resourceVersion"]?.string, version != object.metadata.resourceVersion {
      throw .conflict(kind, key.name)
    }
    guard let replicas = wanted["spec", "replicas"]?.int else {
      throw .badRequest("spec.replicas of the scale is no whole number")
    }
    return try trying(request) { (cluster) throws(APIFailure) in
      .object(
        status: 200,
        Self.scale(of: try cluster.context.setScale(kind, key, to: replicas, manager: request.fieldManager)))
    }
  }

  /// The `autoscaling/v1` Scale of an object.
  static func scale(of object: ClusterObject) -> JSONValue {
    let metadata = object.metadata
    let scale = object.scale
    var shown = JSONMembers()
    shown.put("name", text: metadata.name)
    shown.put("namespace", text: metadata.namespace)
    shown.put("uid", text: metadata.uid)
    shown.put("resourceVersion", text: metadata.resourceVersion)
    shown.put("creationTimestamp", time: metadata.creationTimestamp)
    return [
      "kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": shown.json,
      "spec": ["replicas": .integer(Int64(scale?.wanted ?? 0))],
      "status": [
        "replicas": .integer(Int64(scale?.current ?? 0)), "selector": .string(scale?.selector?.text ?? ""),
      ],
    ]
  }

  /// An object as a client wants to see it: whole, or as a row.
  func shown(_ object: ClusterObject, _ form: ObjectForm, _ request: APIRequest) -> JSONValue {
    request.wantsTable
      ? table(of: [object], kind: object.kind, version: object.metadata.resourceVersion)
      : (request.wantsMetadata ? .metadata : form).shown(object.served())
  }
}
