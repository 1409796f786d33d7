/// A CSV file whose rows fill in requests.
package struct CSVFeed: Sendable, Equatable {
  /// What templates call it: `{{csv NAME.COLUMN}}`.
  package var name: String
  /// A relative path counts from the folder of the profile.
  package var file: String
  package var order: Order
  /// Where the profile names the file, for messages.
  package var place: FieldPlace

  package enum Order: String, Sendable, Equatable, CaseIterable {
    /// Row by row, and from the beginning again after the last. Each request counts its own.
    case sequential
    /// Any row, by the seed of the load.
    case random
    /// Row by row, none twice; a run that needs more rows than there are is refused.
    case unique
  }
}
