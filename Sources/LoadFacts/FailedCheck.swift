/// What an answer did not have of what its route expects, the first of several.
public enum FailedCheck: String, Sendable, CaseIterable {
  case header
  case body
  case json
  case size
}
