/// The version of the program, as recordings and `--version` give it.
package enum ProgramVersion {
  package static let text = "0.1.0"
}
