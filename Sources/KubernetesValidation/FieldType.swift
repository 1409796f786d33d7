/// The type of a field of a Kubernetes object, as the API server decodes it.
package indirect enum FieldType: Sendable, Equatable {
  case string, boolean, int32, int64, double
  /// An amount such as `250m`; a text or a number.
  case quantity
  /// A whole number or a text, as ports and `maxSurge` are.
  case intOrString
  /// RFC 3339.
  case time
  /// Base64.
  case bytes
  case any
  case object(String)
  case list(FieldType)
  case map(FieldType)

  /// Reads the notation of `KubernetesFields.json`: `[]T`, `{}T`, a plain type or the name of an object type.
  init(_ text: some StringProtocol) {
    if text.hasPrefix("[]") {
      self = .list(FieldType(text.dropFirst(2)))
    } else if text.hasPrefix("{}") {
      self = .map(FieldType(text.dropFirst(2)))
    } else {
      self =
        switch text {
        case "string": .string
        case "boolean": .boolean
        case "integer:int32": .int32
        case "integer:int64": .int64
        case "number:double": .double
        case "quantity": .quantity
        case "int-or-string": .intOrString
        case "time", "micro-time": .time
        case "string:byte": .bytes
        case "any": .any
        default: .object(String(text))
        }
    }
  }

  /// What a user writes for it, for hints.
  var inWords: String {
    switch self {
    case .string, .bytes: "text"
    case .boolean: "true or false"
    case .int32, .int64: "a whole number"
    case .double: "a number"
    case .quantity: "an amount, as in 250m, 1.5 or 256Mi"
    case .intOrString: "a whole number or text"
    case .time: "a time, as in 2026-01-31T12:00:00Z"
    case .any: "anything"
    case .object, .map: "a mapping"
    case .list: "a list"
    }
  }

  /// The type's name in Go, as the API server's decoder gives it: `v1.DeploymentStrategy`, `[]v1.Container`, `int32`.
  var nameInGo: String {
    switch self {
    case .string: "string"
    case .boolean: "bool"
    case .int32: "int32"
    case .int64: "int64"
    case .double: "float64"
    case .quantity: "resource.Quantity"
    case .intOrString: "intstr.IntOrString"
    case .time: "v1.Time"
    case .bytes: "[]uint8"
    case .any: "interface {}"
    case .object(let name): name.split(separator: ".").suffix(2).joined(separator: ".")
    case .list(let element): "[]\(element.nameInGo)"
    case .map(let element): "map[string]\(element.nameInGo)"
    }
  }
}
