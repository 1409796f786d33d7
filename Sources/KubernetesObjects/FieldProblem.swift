/// One thing that the API server refuses in an object, in its words:
/// `spec.behavior.scaleUp.policies[0].value: Invalid value: 0: must be greater than zero`
/// (Kubernetes, apimachinery/pkg/util/validation/field/errors.go).
package struct FieldProblem: Error, Sendable, Equatable, CustomStringConvertible {
  /// What kind of problem it is; the raw values are those of a `v1` Status.
  package enum Reason: String, Sendable {
    /// A field that the type does not have: found while the object is decoded.
    case unknownField = "FieldValueUnknownField"
    /// A value of another type than the field's: found while the object is decoded.
    case wrongType = "FieldValueTypeInvalid"
    case required = "FieldValueRequired"
    case invalid = "FieldValueInvalid"
    case notSupported = "FieldValueNotSupported"
    case forbidden = "FieldValueForbidden"
    case duplicate = "FieldValueDuplicate"
    case notFound = "FieldValueNotFound"
  }

  /// The path of the field: `spec.ports[0].port`, `metadata.labels[app]`.
  package let field: String
  package let reason: Reason
  package let detail: String
  /// What the user may do about it: the nearest known name.
  package var hint: String?

  package init(field: String, reason: Reason, detail: String, hint: String? = nil) {
    self.field = field
    self.reason = reason
    self.detail = detail
    self.hint = hint
  }

  package var description: String {
    reason == .unknownField ? "strict decoding error: \(detail)" : "\(field): \(detail)"
  }

  package static func invalid(_ field: String, _ value: some Any, _ why: String) -> FieldProblem {
    FieldProblem(field: field, reason: .invalid, detail: "Invalid value: \(value): \(why)")
  }

  package static func required(_ field: String, _ why: String = "") -> FieldProblem {
    FieldProblem(field: field, reason: .required, detail: why.isEmpty ? "Required value" : "Required value: \(why)")
  }

  package static func forbidden(_ field: String, _ why: String) -> FieldProblem {
    FieldProblem(field: field, reason: .forbidden, detail: "Forbidden: \(why)")
  }

  package static func unsupported(_ field: String, _ value: String, _ supported: [String]) -> FieldProblem {
    let names = supported.sorted().map { "\"\($0)\"" }.joined(separator: ", ")
    return FieldProblem(
      field: field, reason: .notSupported, detail: "Unsupported value: \"\(value)\": supported values: \(names)")
  }

  package static func duplicate(_ field: String, _ value: String) -> FieldProblem {
    FieldProblem(field: field, reason: .duplicate, detail: "Duplicate value: \"\(value)\"")
  }

  package static func notFound(_ field: String, _ value: String) -> FieldProblem {
    FieldProblem(field: field, reason: .notFound, detail: "Not found: \"\(value)\"")
  }
}
