extension Duration {
  /// Earlier than any run: the lower bound of what happened before we looked.
  static let farPast = Duration.seconds(-86_400 * 365)
  /// Later than any run.
  package static let farFuture = Duration.seconds(86_400 * 365 * 100)
}
