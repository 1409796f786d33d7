extension Duration {
  /// The instant on the wall clock at which an instant of run time comes, both counted from the start of the run, to a whole
  /// nanosecond: what is planned for one moment comes at one moment, however it was added up.
  ///
  /// - Parameter timeScale: run time that passes in a second of wall time.
  package func onTheWall(timeScale: Double) -> Duration {
    timeScale == 1 ? self : .nanoseconds(Int64((Double(nanoseconds) / timeScale).rounded()))
  }
}
