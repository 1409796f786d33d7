/// What the user wants of the profile that an access log becomes.
package struct ReplayOptions: Sendable {
  /// `metadata.name` of the profile.
  package var name: String
  /// Where the load is to go; `nil` writes a place that has to be edited.
  package var target: String?
  /// Whether segments of paths and values of queries are replaced by letters.
  package var anonymise: Bool
  /// Requests that the profile may have, at least 1.
  package var mostRoutes: Int
  /// Seconds of every phase; `nil` merges seconds of like counts.
  package var resolution: Int?

  package init(
    name: String, target: String? = nil, anonymise: Bool = false, mostRoutes: Int = 20, resolution: Int? = nil
  ) {
    self.name = name
    self.target = target
    self.anonymise = anonymise
    self.mostRoutes = mostRoutes
    self.resolution = resolution
  }
}
