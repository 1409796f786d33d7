package import KubernetesObjects

/// Objects in the API's binary form, which kubectl sends since 1.33 where it creates something without a manifest: `create
/// namespace`, `autoscale`, `auth can-i`, `drain`; and Helm its
/// releases, and what it wants of a delete.
///
/// The numbers of the fields are those of `generated.proto` in Kubernetes' k8s.io/api. An object with a field that is not
/// known here is refused rather than stripped of it.
package enum KubernetesProtobuf {
  package static let mediaType = "application/vnd.kubernetes.protobuf"

  /// Why bytes are no object.
  package struct Problem: Error, Equatable, CustomStringConvertible {
    package let description: String
  }

  /// The object as JSON, without fields that are empty.
  package static func object(_ bytes: [UInt8]) throws(Problem) -> JSONValue {
    guard bytes.starts(with: magic) else { throw Problem(description: "the body is not in Kubernetes' binary form") }
    var reader = ProtobufReader(rest: bytes.dropFirst(magic.count))
    var type: JSONValue = [:]
    var content: ArraySlice<UInt8> = []
    // runtime.Unknown: the type, then the object in bytes of its own.
    while let (number, part) = try reader.next(in: "the body") {
      if case (1, .bytes(let bytes)) = (number, part) {
        type = try read(bytes, as: [1: ("apiVersion", .text), 2: ("kind", .text)], place: "the type")
      } else if case (2, .bytes(let bytes)) = (number, part) {
        content = bytes
      }
    }
    guard let version = type["apiVersion"]?.string, let kind = type["kind"]?.string else {
      throw Problem(description: "the body does not say which kind it is")
    }
    // Each version of each group has these.
    guard let message = kind == "DeleteOptions" ? deleteOptions : messages["\(version) \(kind)"] else {
      throw Problem(
        description: "the simulated cluster does not read \(version) \(kind) in binary form: "
          + "write it as a manifest and use kubectl apply -f")
    }
    var object = try read(content, as: message, place: kind)
    object["apiVersion"] = .string(version)
    object["kind"] = .string(kind)
    return object
  }

  /// `k8s` and a zero (Kubernetes, apimachinery/pkg/runtime/serializer/protobuf).
  private static let magic: [UInt8] = [0x6b, 0x38, 0x73, 0x00]

  private indirect enum Field: Sendable {
    case text, number, flag, textMap
    /// Names and bytes, which are base64 in JSON.
    case bytesMap
    /// A message with one text, which is that text in JSON.
    case quantity
    case message([Int: (String, Field)])
    case list(Field)

    /// An element of it may be empty: the core group among `apiGroups`.
    var isListOfTexts: Bool { if case .list(.text) = self { true } else { false } }
  }

  private typealias Message = [Int: (String, Field)]

  private static let metadata: Field = .message([
    1: ("name", .text), 2: ("generateName", .text), 3: ("namespace", .text), 5: ("uid", .text),
    6: ("resourceVersion", .text), 11: ("labels", .textMap), 12: ("annotations", .textMap),
    14: ("finalizers", .list(.text)),
  ])

  private static let scaleTarget: Field = .message([1: ("kind", .text), 2: ("name", .text), 3: ("apiVersion", .text)])

  private static let metricSource: Message = [
    1: ("name", .text),
    2: (
      "target",
      .message([
        1: ("type", .text), 2: ("value", .quantity), 3: ("averageValue", .quantity), 4: ("averageUtilization", .number),
      ])
    ),
  ]

  private static let scalingRules: Field = .message([
    1: ("selectPolicy", .text),
    2: ("policies", .list(.message([1: ("type", .text), 2: ("value", .number), 3: ("periodSeconds", .number)]))),
    3: ("stabilizationWindowSeconds", .number), 4: ("tolerance", .quantity),
  ])

  /// Of a new object.
  private static let autoscalerStatus: Field = .message([
    3: ("currentReplicas", .number), 4: ("desiredReplicas", .number),
  ])

  private static let deleteOptions: Message = [
    1: ("gracePeriodSeconds", .number),
    2: ("preconditions", .message([1: ("uid", .text), 2: ("resourceVersion", .text)])),
    3: ("orphanDependents", .flag), 4: ("propagationPolicy", .text), 5: ("dryRun", .list(.text)),
  ]

  private static let eviction: Message = [
    1: ("metadata", metadata), 2: ("deleteOptions", .message(deleteOptions)),
  ]

  private static let messages = objectMessages.merging(accessMessages) { $1 }.merging(storedMessages) { $1 }

  private static let userInfo: Field = .message([
    1: ("username", .text), 2: ("uid", .text), 3: ("groups", .list(.text)),
  ])

  private static let rules: Field = .list(
    .message([
      1: ("verbs", .list(.text)), 2: ("apiGroups", .list(.text)), 3: ("resources", .list(.text)),
      4: ("resourceNames", .list(.text)), 5: ("nonResourceURLs", .list(.text)),
    ]))

  private static let binding: Message = [
    1: ("metadata", metadata),
    2: (
      "subjects",
      .list(.message([1: ("kind", .text), 2: ("apiGroup", .text), 3: ("name", .text), 4: ("namespace", .text)]))
    ),
    3: ("roleRef", .message([1: ("apiGroup", .text), 2: ("kind", .text), 3: ("name", .text)])),
  ]

  /// Who somebody is, and what they may do.
  private static let accessMessages: [String: Message] = [
    "authentication.k8s.io/v1 SelfSubjectReview": [
      1: ("metadata", metadata), 2: ("status", .message([1: ("userInfo", userInfo)])),
    ],
    "authentication.k8s.io/v1 TokenRequest": [
      1: ("metadata", metadata),
      2: (
        "spec",
        .message([
          1: ("audiences", .list(.text)),
          3: (
            "boundObjectRef",
            .message([1: ("kind", .text), 2: ("apiVersion", .text), 3: ("name", .text), 4: ("uid", .text)])
          ),
          4: ("expirationSeconds", .number),
        ])
      ),
      3: ("status", .message([1: ("token", .text), 2: ("expirationTimestamp", .message([:]))])),
    ],
    "authorization.k8s.io/v1 SelfSubjectRulesReview": [
      1: ("metadata", metadata), 2: ("spec", .message([1: ("namespace", .text)])),
      3: ("status", .message([3: ("incomplete", .flag), 4: ("evaluationError", .text)])),
    ],
    "rbac.authorization.k8s.io/v1 Role": [1: ("metadata", metadata), 2: ("rules", rules)],
    "rbac.authorization.k8s.io/v1 ClusterRole": [1: ("metadata", metadata), 2: ("rules", rules)],
    "rbac.authorization.k8s.io/v1 RoleBinding": binding,
    "rbac.authorization.k8s.io/v1 ClusterRoleBinding": binding,
  ]

  /// As `kubectl create deployment` makes it.
  private static let podTemplate: Field = .message([
    1: ("metadata", metadata),
    2: (
      "spec",
      .message([
        2: (
          "containers",
          .list(
            .message([
              1: ("name", .text), 2: ("image", .text), 3: ("command", .list(.text)), 4: ("args", .list(.text)),
              6: (
                "ports",
                .list(.message([1: ("name", .text), 3: ("containerPort", .number), 4: ("protocol", .text)]))
              ),
              8: ("resources", .message([:])),
            ]))
        )
      ])
    ),
  ])

  private static let storedMessages: [String: Message] = [
    "policy/v1 Eviction": eviction, "policy/v1beta1 Eviction": eviction,
    "v1 Secret": [
      1: ("metadata", metadata), 2: ("data", .bytesMap), 3: ("type", .text), 4: ("stringData", .textMap),
      5: ("immutable", .flag),
    ],
    "apps/v1 Deployment": [
      1: ("metadata", metadata),
      2: (
        "spec",
        .message([
          1: ("replicas", .number), 2: ("selector", .message([1: ("matchLabels", .textMap)])),
          3: ("template", podTemplate), 4: ("strategy", .message([1: ("type", .text)])),
        ])
      ),
      3: ("status", .message([:])),
    ],
    "v1 ServiceAccount": [1: ("metadata", metadata)],
    "v1 ConfigMap": [
      1: ("metadata", metadata), 2: ("data", .textMap), 3: ("binaryData", .bytesMap), 4: ("immutable", .flag),
    ],
  ]

  private static let objectMessages: [String: Message] = [
    "v1 Namespace": [
      1: ("metadata", metadata), 2: ("spec", .message([1: ("finalizers", .list(.text))])),
      3: ("status", .message([1: ("phase", .text)])),
    ],
    "authorization.k8s.io/v1 SelfSubjectAccessReview": [
      1: ("metadata", metadata),
      2: (
        "spec",
        .message([
          1: (
            "resourceAttributes",
            .message([
              1: ("namespace", .text), 2: ("verb", .text), 3: ("group", .text), 4: ("version", .text),
              5: ("resource", .text), 6: ("subresource", .text), 7: ("name", .text),
            ])
          ),
          2: ("nonResourceAttributes", .message([1: ("path", .text), 2: ("verb", .text)])),
        ])
      ),
      3: (
        "status",
        .message([1: ("allowed", .flag), 2: ("reason", .text), 3: ("evaluationError", .text), 4: ("denied", .flag)])
      ),
    ],
    "autoscaling/v1 HorizontalPodAutoscaler": [
      1: ("metadata", metadata),
      2: (
        "spec",
        .message([
          1: ("scaleTargetRef", scaleTarget), 2: ("minReplicas", .number), 3: ("maxReplicas", .number),
          4: ("targetCPUUtilizationPercentage", .number),
        ])
      ),
      3: ("status", autoscalerStatus),
    ],
    "autoscaling/v2 HorizontalPodAutoscaler": [
      1: ("metadata", metadata),
      2: (
        "spec",
        .message([
          1: ("scaleTargetRef", scaleTarget), 2: ("minReplicas", .number), 3: ("maxReplicas", .number),
          4: (
            "metrics",
            .list(
              .message([
                1: ("type", .text), 4: ("resource", .message(metricSource)),
                7: ("containerResource", .message(metricSource.merging([3: ("container", .text)]) { $1 })),
              ]))
          ),
          5: ("behavior", .message([1: ("scaleUp", scalingRules), 2: ("scaleDown", scalingRules)])),
        ])
      ),
      3: ("status", autoscalerStatus),
    ],
  ]

  private static func read(_ bytes: ArraySlice<UInt8>, as message: Message, place: String) throws(Problem) -> JSONValue
  {
    var reader = ProtobufReader(rest: bytes)
    var result: JSONValue = [:]
    while let (number, content) = try reader.next(in: place) {
      guard let (name, field) = message[number] else {
        // Fields that are no pointers in Kubernetes' structs are sent without a value, too.
        if content.isEmpty { continue }
        throw Problem(
          description: "field \(number) of \(place) is not known to the simulated cluster in binary form: "
            + "write it as a manifest and use kubectl apply -f")
      }
      if case .bytes(let bytes) = content, bytes.isEmpty, !field.isListOfTexts { continue }
      let value = try value(content, as: field, place: "\(place).\(name)")
      switch field {
      case .list: result[name] = .array((result[name]?.array ?? []) + [value])
      case .textMap, .bytesMap:
        result[name] = .object((result[name]?.object ?? [:]).merging(value.object ?? [:]) { $1 })
      default: if value != [:] { result[name] = value }
      }
    }
    return result
  }

  private static func value(
    _ content: ProtobufReader.Content, as field: Field, place: String
  ) throws(Problem) -> JSONValue {
    switch (field, content) {
    case (.text, .bytes(let bytes)): return .string(String(decoding: bytes, as: UTF8.self))
    // int32 and int64 alike are sent as 64 bits.
    case (.number, .number(let number)): return .integer(Int64(bitPattern: number))
    case (.flag, .number(let number)): return .bool(number != 0)
    case (.message(let message), .bytes(let bytes)): return try read(bytes, as: message, place: place)
    case (.quantity, .bytes(let bytes)):
      return try read(bytes, as: [1: ("string", .text)], place: place)["string"] ?? .string("0")
    case (.bytesMap, .bytes(let bytes)):
      var entry = ProtobufReader(rest: bytes)
      var (key, content): (String, ArraySlice<UInt8>) = ("", [])
      while let (number, part) = try entry.next(in: place) {
        guard case .bytes(let bytes) = part else { continue }
        if number == 1 { key = String(decoding: bytes, as: UTF8.self) } else { content = bytes }
      }
      return [key: .string(base64(content))]
    case (.list(let element), _): return try value(content, as: element, place: place)
    case (.textMap, .bytes(let bytes)):
      let entry = try read(bytes, as: [1: ("key", .text), 2: ("value", .text)], place: place)
      return [entry["key"]?.string ?? "": entry["value"] ?? ""]
    default: throw Problem(description: "\(place) is not of the type that it has in Kubernetes")
    }
  }
}

extension KubernetesProtobuf {
  private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// RFC 4648, section 4.
  fileprivate static func base64(_ bytes: ArraySlice<UInt8>) -> String {
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count / 3 * 4 + 4)
    var rest = bytes
    while !rest.isEmpty {
      let group = Array(rest.prefix(3))
      rest = rest.dropFirst(3)
      let number = group.reduce(0) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
      for place in 0..<4 {
        text.append(place > group.count ? UInt8(ascii: "=") : digits[Int(number >> UInt32(18 - 6 * place)) & 63])
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}

/// The fields of a message of protocol buffers, one after the other.
private struct ProtobufReader {
  enum Content {
    case number(UInt64)
    case bytes(ArraySlice<UInt8>)

    var isEmpty: Bool {
      switch self {
      case .number(let number): number == 0
      case .bytes(let bytes): bytes.isEmpty
      }
    }
  }

  var rest: ArraySlice<UInt8>

  mutating func next(in place: String) throws(KubernetesProtobuf.Problem) -> (number: Int, content: Content)? {
    guard !rest.isEmpty else { return nil }
    let tag = try number(in: place)
    let field = Int(truncatingIfNeeded: tag >> 3)
    switch tag & 7 {
    case 0: return (field, .number(try number(in: place)))
    case 2:
      let count = try number(in: place)
      guard count <= UInt64(rest.count) else { throw broken(place) }
      defer { rest = rest.dropFirst(Int(count)) }
      return (field, .bytes(rest.prefix(Int(count))))
    default: throw broken(place)
    }
  }

  private mutating func number(in place: String) throws(KubernetesProtobuf.Problem) -> UInt64 {
    var result: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      guard let byte = rest.popFirst() else { break }
      result |= UInt64(byte & 0x7f) << shift
      if byte & 0x80 == 0 { return result }
    }
    throw broken(place)
  }

  private func broken(_ place: String) -> KubernetesProtobuf.Problem {
    KubernetesProtobuf.Problem(description: "\(place) ends in the middle, or is no protocol buffer")
  }
}
