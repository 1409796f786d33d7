import KubernetesObjects

/// The OpenAPI document of version 2, which kubectl before 1.27 asks for, in binary form, before it writes: whether a kind can
/// be tried (`--dry-run=server`), and whether the server validates fields itself. Schemas are not given, so that kubectl
/// leaves the checks to the server.
enum OpenAPIVersion2 {
  /// What kubectl says that it accepts, and what an API server says that it sends.
  static let binaryMediaType = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf"
  static let binaryAnswerType = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"

  static let json: JSONValue = [
    "swagger": "2.0", "info": ["title": "Kubernetes", "version": "v1.36.2"], "definitions": [:],
    "paths": .object(
      Dictionary(
        uniqueKeysWithValues: PatchOperation.all.map { operation in
          let parameters: [JSONValue] = PatchOperation.parameters.map {
            ["name": .string($0), "in": "query", "type": "string", "uniqueItems": true]
          }
          return (
            operation.path,
            [
              "patch": [
                "operationId": .string("patch\(operation.resource.kind)"), "parameters": .array(parameters),
                "responses": ["200": ["description": "OK"]], "x-kubernetes-action": "patch",
                "x-kubernetes-group-version-kind": operation.groupVersionKind,
              ]
            ]
          )
        })),
  ]

  /// The same as a message `openapi.v2.Document`; the numbers of the fields are those of gnostic's OpenAPIv2.proto.
  static let binary: [UInt8] = {
    var document = ProtobufMessage()
    document.put(1, text: "2.0")
    var info = ProtobufMessage()
    info.put(1, text: "Kubernetes")
    info.put(2, text: "v1.36.2")
    document.put(2, message: info)
    var paths = ProtobufMessage()
    for operation in PatchOperation.all { paths.put(2, message: path(operation)) }
    document.put(8, message: paths)
    return document.bytes
  }()

  private static func path(_ operation: PatchOperation) -> ProtobufMessage {
    var patch = ProtobufMessage()
    patch.put(5, text: "patch\(operation.resource.kind)")
    for name in PatchOperation.parameters {
      var query = ProtobufMessage()
      query.put(2, text: "query")
      query.put(4, text: name)
      query.put(6, text: "string")
      // ParametersItem, Parameter and NonBodyParameter, each a choice.
      patch.put(8, message: query.inside(3).inside(2).inside(1))
    }
    patch.put(13, message: vendorExtension("x-kubernetes-action", yaml: "patch\n"))
    let resource = operation.resource
    patch.put(
      13,
      message: vendorExtension(
        "x-kubernetes-group-version-kind",
        yaml: "group: \"\(resource.group)\"\nkind: \(resource.kind)\nversion: \(resource.version)\n"))
    var named = ProtobufMessage()
    named.put(1, text: operation.path)
    named.put(2, message: patch.inside(8))
    return named
  }

  private static func vendorExtension(_ name: String, yaml: String) -> ProtobufMessage {
    var value = ProtobufMessage()
    value.put(2, text: yaml)
    var named = ProtobufMessage()
    named.put(1, text: name)
    named.put(2, message: value)
    return named
  }
}
