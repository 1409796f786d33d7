/// What stands behind the name of a kind in a profile.
package struct KindBody {
  let members: Members
  let plan: RunPlan

  /// Reads a key: `nil` where it is left out and has no default, and after a problem was told.
  func read<Value>(_ field: KindField<Value>) -> Value? {
    let key = field.declaration.key
    if case .required(let example) = field.declaration.presence {
      return members.required(key, example: example).flatMap { field.read($0, plan) }
    }
    return members[key].map { field.read($0, plan) } ?? field.absent
  }

  func has<Value>(_ field: KindField<Value>) -> Bool { members[field.declaration.key] != nil }

  /// Whether a key that no kind has stands here and was told, which may be meant as this one.
  func isMisspelt<Value>(_ field: KindField<Value>) -> Bool { members.isMeant(oneOf: [field.declaration.key]) }

  /// Tells what is wrong with the value of a key, where there is one.
  func report<Value>(_ field: KindField<Value>, _ message: String, hint: String? = nil) {
    members[field.declaration.key]?.report(message, hint: hint)
  }

  /// Tells what is wrong with the whole.
  func report(_ message: String, hint: String? = nil) { members.field.report(message, hint: hint) }
}
