import Units

/// The horizontal axis that all charts share: run time from zero to the end of the recording.
///
/// Positions are given twice: in percent for whatever keeps its size when the page is narrow (text, marks), and in
/// thousandths for paths, which stretch with the page.
struct TimeAxis: Sendable {
  /// Width of a plot in its own units.
  static let width = 1000.0

  let end: Duration
  private let seconds: Double

  init(end: Duration) {
    self.end = end
    seconds = max(end.seconds, 0.001)
  }

  func x(_ instant: Double) -> Double {
    min(max(instant / seconds, 0), 1) * Self.width
  }

  func x(_ instant: Duration) -> Double { x(instant.seconds) }

  func percent(_ instant: Duration) -> Double { x(instant) / Self.width * 100 }

  /// The instants of a table of values: round ones, at most 25, and the end; no two are the same to a tenth of a second.
  var tableInstants: [Duration] {
    let tenths = Int((seconds * 10).rounded())
    let steps = [1, 2, 5, 10, 20, 50, 100, 150, 300, 600, 1200, 3000, 6000, 9000, 18_000, 36_000, 72_000, 144_000]
    let step = steps.first { tenths / $0 <= 24 } ?? tenths / 20
    var instants = Array(stride(from: 0, to: tenths, by: step))
    if let last = instants.last, instants.count > 1, tenths - last < step / 2 { instants.removeLast() }
    return instants.map { .milliseconds($0 * 100) } + [end]
  }

  /// At most eleven round instants, labelled by the clock.
  var ticks: [Duration] {
    let steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400]
    let step = steps.first { seconds / Double($0) <= 10 } ?? Int(seconds / 8)
    return stride(from: 0, through: seconds, by: Double(step)).map { .seconds($0) }
  }
}
