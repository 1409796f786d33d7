/// Why a plan cannot be carried out, in one line.
package struct LoadGenerationError: Error, Sendable, Equatable, CustomStringConvertible {
  package let description: String

  package init(_ description: String) {
    self.description = description
  }
}
