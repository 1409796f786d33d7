package import Units

extension Judgement {
  /// A figure behind a judgement: between which bounds it lies, and what was asked of it.
  ///
  /// The value of a single history is not known exactly, but it lies from `lowest` to `highest` in every history that the
  /// observations allow. So an expectation passes when the whole of it keeps the limit, and fails when none does.
  package struct Measurement: Sendable, Equatable {
    /// Stable, for programs: `readyReplicas.reachedAfter`.
    package var name: String
    package var unit: Unit
    /// `nil` where nothing bounds it from below.
    package var lowest: Double?
    /// `nil` where nothing bounds it from above.
    package var highest: Double?
    /// What the expectation asks of the value; `nil` for a figure that stands beside those that decide, and where nothing
    /// follows from it, as when the load was not what was planned.
    package var limit: Limit?

    package init(
      _ name: String, _ unit: Unit, lowest: Double?, highest: Double?, limit: Limit? = nil
    ) {
      self.name = name
      self.unit = unit
      self.lowest = lowest.flatMap { $0.isFinite ? $0 : nil }
      self.highest = highest.flatMap { $0.isFinite ? $0 : nil }
      self.limit = limit
    }

    package enum Unit: String, Sendable, Equatable, CaseIterable {
      /// Run time.
      case seconds = "s"
      /// Wall time.
      case milliseconds = "ms"
      /// From 0 to 1.
      case ratio
      case count
      /// In a second of wall time.
      case requestsPerSecond = "requests/s"
    }

    package struct Limit: Sendable, Equatable {
      package var relation: CountCondition.Relation
      package var value: Double

      package init(_ relation: CountCondition.Relation, _ value: Double) {
        self.relation = relation
        self.value = value
      }
    }
  }
}

extension Judgement.Measurement {
  /// How a value stands to its limit.
  package enum Position: Sendable, Equatable {
    /// It keeps it wherever it lies between its bounds.
    case within
    /// It breaks it wherever it lies.
    case outside
    /// The limit lies between its bounds.
    case open
  }

  /// `nil` without a limit.
  package var position: Position? {
    guard let limit else { return nil }
    let (low, high) = (lowest ?? -.infinity, highest ?? .infinity)
    let isWithin: Bool
    let isOutside: Bool
    switch limit.relation {
    case .atLeast: (isWithin, isOutside) = (low >= limit.value, high < limit.value)
    case .moreThan: (isWithin, isOutside) = (low > limit.value, high <= limit.value)
    case .atMost: (isWithin, isOutside) = (high <= limit.value, low > limit.value)
    case .lessThan: (isWithin, isOutside) = (high < limit.value, low >= limit.value)
    case .equal:
      (isWithin, isOutside) = (low == limit.value && high == limit.value, high < limit.value || low > limit.value)
    }
    return isWithin ? .within : isOutside ? .outside : .open
  }
}

extension Judgement.Measurement {
  /// A length of run time.
  static func time(_ name: String, _ shortest: Duration?, _ longest: Duration?, limit: Limit? = nil) -> Self {
    Self(name, .seconds, lowest: shortest?.inSeconds, highest: longest?.inSeconds, limit: limit)
  }

  /// A length of wall time.
  static func wallTime(_ name: String, _ shortest: Duration?, _ longest: Duration?, below limit: Duration) -> Self {
    Self(
      name, .milliseconds, lowest: shortest?.inMilliseconds, highest: longest?.inMilliseconds,
      limit: Limit(.lessThan, limit.inMilliseconds))
  }

  static func count(_ name: String, _ least: Int?, _ most: Int?, limit: Limit? = nil) -> Self {
    Self(name, .count, lowest: least.map(Double.init), highest: most.map(Double.init), limit: limit)
  }

  /// The same figure where nothing follows from it.
  var unjudged: Self {
    var measurement = self
    measurement.limit = nil
    return measurement
  }
}

extension Judgement.Measurement.Limit {
  static var noneAllowed: Self { Self(.atMost, 0) }
  static func atMost(_ time: Duration) -> Self { Self(.atMost, time.inSeconds) }
  static func atLeast(_ time: Duration) -> Self { Self(.atLeast, time.inSeconds) }
}

extension Duration {
  // The nearest numbers, which print as they were measured: 6.912 and not 6.912000000000001.
  fileprivate var inSeconds: Double { Double(nanoseconds) / 1e9 }
  fileprivate var inMilliseconds: Double { Double(nanoseconds) / 1e6 }
}

extension [Judgement.Measurement] {
  var unjudged: [Judgement.Measurement] { map(\.unjudged) }
}
