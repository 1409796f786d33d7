/// Why nothing can be written for what was asked, in one line with what to do.
package struct DiscoveryProblem: Error, Sendable, Equatable, CustomStringConvertible {
  package let description: String

  init(_ description: String) { self.description = description }
}
