/// What a check has found, before it bears the name of the check.
struct Symptom: Sendable, Equatable {
  /// `nil` where it is about no object.
  var object: KnownObject?
  /// What it is about instead.
  var about = ""
  var field = ""
  var message: String
  var fix: String
  /// A lighter severity than that of the check.
  var severity: Severity?

  init(
    _ object: KnownObject, _ field: String, _ message: String, fix: String, severity: Severity? = nil
  ) {
    self.object = object
    self.field = field
    self.message = message
    self.fix = fix
    self.severity = severity
  }

  init(about: String, _ message: String, fix: String) {
    self.about = about
    self.message = message
    self.fix = fix
  }
}
