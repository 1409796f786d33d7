/// Why a text is not the rate, duration, quantity or percentage that it should be.
///
/// The description is a clause without a capital or a full stop, made to stand after the place of the text in a
/// file: `"90 s" is not a duration: write a number and a unit, as in 90s, 250ms or 1h30m`.
package struct UnitProblem: Error, Equatable, CustomStringConvertible {
  package let description: String

  package init(_ description: String) {
    self.description = description
  }
}
