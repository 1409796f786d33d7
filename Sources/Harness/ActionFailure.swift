/// Why an action that is no request failed.
struct ActionFailure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
