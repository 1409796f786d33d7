/// A key of a kind of expectation, as guides and editors tell of it.
package struct FieldDeclaration: Sendable, Equatable {
  package let key: String
  package let form: Form
  package private(set) var presence = Presence.optional
  /// What it says, in one sentence.
  package let about: String

  init(_ key: String, _ form: Form, about: String) {
    self.key = key
    self.form = form
    self.about = about
  }

  func with(_ presence: Presence) -> FieldDeclaration {
    var declaration = self
    declaration.presence = presence
    return declaration
  }

  /// What may stand behind the key.
  package enum Form: Sendable, Equatable {
    case moment
    case window
    case count
    /// A number of things, 0 or more.
    case wholeNumber
    case duration
    case percentage
    case percentile
    case rate
    case shareOrRate
    /// The name of a request of the profile.
    case request
    /// The name of an action of the profile.
    case action
    /// The name of a Service of the namespace.
    case service
    /// Names of writers, as managed fields have them.
    case writers
    /// A ConfigMap or a Secret by its name.
    case config
    case words([String])

    /// What stands there, in words.
    package var words: String {
      switch self {
      case .moment: "moment"
      case .window: "window"
      case .count: "count"
      case .duration: "duration"
      case .wholeNumber: "whole number"
      case .percentage: "percentage"
      case .percentile: "percentile"
      case .rate: "rate"
      case .shareOrRate: "percentage or rate"
      case .request: "name of a request"
      case .action: "name of an action"
      case .service: "name of a Service"
      case .writers: "names of writers"
      case .config: "configmap/NAME or secret/NAME"
      case .words(let words): words.joined(separator: ", ")
      }
    }
  }

  package enum Presence: Sendable, Equatable {
    /// It has to be there, as in the example.
    case required(example: String)
    case optional
    /// Where it is left out, it is as if this were written.
    case byDefault(String)
  }

  package var isRequired: Bool {
    if case .required = presence { return true }
    return false
  }
}
