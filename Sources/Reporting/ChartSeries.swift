import RunTimeline
import Units

/// One line of a chart: what was measured over stretches of the run, with nothing where nothing was measured.
struct ChartSeries: Sendable {
  /// A value that holds from `start` to `end`, in seconds of run time; `upper` differs where it is uncertain.
  struct Sample: Sendable, Equatable {
    let start: Double
    let end: Double
    let value: Double
    let upper: Double

    init(start: Double, end: Double, value: Double, upper: Double? = nil) {
      self.start = start
      self.end = end
      self.value = value
      self.upper = upper ?? value
    }
  }

  /// How a value is printed.
  enum Unit: String, Sendable {
    case perSecond
    case milliseconds
    case count
    case percent
  }

  let name: String
  /// Class of the line in the style sheet.
  let style: String
  let unit: Unit
  /// Stretches without a gap inside, in order.
  let stretches: [[Sample]]

  /// - Parameter samples: in order of time; a sample that begins later than the one before ends leaves a gap.
  init(name: String, style: String, unit: Unit, samples: [Sample]) {
    self.name = name
    self.style = style
    self.unit = unit
    var stretches: [[Sample]] = []
    for sample in samples where sample.value.isFinite && sample.upper.isFinite && sample.end >= sample.start {
      if let last = stretches.last?.last, sample.start <= last.end + 0.001 {
        stretches[stretches.count - 1].append(sample)
      } else {
        stretches.append([sample])
      }
    }
    self.stretches = stretches
  }

  /// A count with its uncertainty, as it is known.
  init(name: String, style: String, envelope: CountEnvelope, until end: Duration) {
    let samples = envelope.pieces(from: .zero, to: min(end, envelope.end)).compactMap { piece -> Sample? in
      piece.range.map {
        Sample(
          start: piece.from.seconds, end: piece.to.seconds, value: Double($0.lowerBound), upper: Double($0.upperBound))
      }
    }
    self.init(name: name, style: style, unit: .count, samples: samples)
  }

  var samples: [Sample] { stretches.flatMap { $0 } }
  var isEmpty: Bool { stretches.isEmpty }

  /// The series with at most four samples in each of a number of columns: first, lowest, highest and last, so that
  /// the line looks the same and no peak is lost (M4: Jugel et al., "M4: a visualization-oriented time series data
  /// aggregation", VLDB 2014).
  func thinned(columns: Int, over length: Double) -> ChartSeries {
    guard samples.count > columns * 4 else { return self }
    let width = length / Double(columns)
    var thin = self.stretches
    for (index, stretch) in stretches.enumerated() {
      thin[index] = Self.thinned(stretch, columnWidth: width)
    }
    return ChartSeries(name: name, style: style, unit: unit, stretches: thin)
  }

  private init(name: String, style: String, unit: Unit, stretches: [[Sample]]) {
    self.name = name
    self.style = style
    self.unit = unit
    self.stretches = stretches
  }

  private static func thinned(_ stretch: [Sample], columnWidth: Double) -> [Sample] {
    var result: [Sample] = []
    var index = 0
    while index < stretch.count {
      let column = (stretch[index].start / columnWidth).rounded(.down)
      let first = index
      var lowest = index
      var highest = index
      while index < stretch.count, (stretch[index].start / columnWidth).rounded(.down) == column {
        if stretch[index].value < stretch[lowest].value { lowest = index }
        if stretch[index].upper > stretch[highest].upper { highest = index }
        index += 1
      }
      for kept in Set([first, lowest, highest, index - 1]).sorted() { result.append(stretch[kept]) }
    }
    return result
  }
}
