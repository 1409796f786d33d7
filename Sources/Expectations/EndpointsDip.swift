import RunTimeline
import Units

/// The part of a window over which endpoints are asked of a Service.
struct ServiceTerm {
  let service: ServiceEndpoints
  /// All that may belong to the window. What lies in the bounds of the coming or the going of the Service is left out.
  let possible: InstantBounds
  /// What certainly does; it may be empty.
  let certain: (from: Duration, to: Duration)

  static func terms(of service: ServiceEndpoints, in stretch: RunView.Stretch) -> [ServiceTerm] {
    let window = stretch.hull
    return service.terms.compactMap { term in
      let (begin, end) = (term.begin?.latest ?? window.earliest, term.end?.earliest ?? .farFuture)
      let (from, to) = (max(begin, window.earliest), min(end, window.latest))
      guard from <= to else { return nil }
      return ServiceTerm(
        service: service, possible: InstantBounds(from, to),
        certain: (max(begin, stretch.start.latest), min(end, stretch.end.earliest)))
    }
  }

  /// The fewest endpoints that the Service certainly had, and for how long: the longest stretch of those with so few. `nil`
  /// where nothing is certain.
  var deepest: EndpointsDip? {
    let (from, to) = certain
    let pieces = service.ready.pieces(from: from, to: to).filter { $0.from < $0.to }.compactMap { piece in
      piece.range.map {
        EndpointsDip(service.service, $0, at: InstantBounds(piece.from, piece.to), isStretch: true)
      }
    }
    let stays = (service.ready.stays ?? []).filter { $0.from.earliest >= from && $0.from.latest < to }.map {
      EndpointsDip(service.service, $0.value...$0.value, at: $0.from, isStretch: false)
    }
    return (pieces + stays).min { one, other in
      if one.most != other.most { return one.most < other.most }
      if one.isStretch != other.isStretch { return one.isStretch }
      return one.isStretch && one.at.width > other.at.width
    }
  }
}

/// A moment or a stretch in which a Service had few endpoints.
struct EndpointsDip {
  let service: String
  let range: ClosedRange<Int>
  let at: InstantBounds
  /// Whether it lasted all of the time, and was not only seen at some moment of it.
  let isStretch: Bool

  init(_ service: String, _ range: ClosedRange<Int>, at: InstantBounds, isStretch: Bool) {
    (self.service, self.range, self.at, self.isStretch) = (service, range, at, isStretch)
  }

  /// How many there were at most.
  var most: Int { range.upperBound }

  /// `0 ready endpoints of Service web from 70s to 80s`.
  var sentence: String {
    let count = range.count == 1 ? most.of("ready endpoint") : "\(CountEvidence.text(range)) ready endpoints"
    let time = isStretch ? "from \(at.earliest.plain) to \(at.latest.plain)" : at.plain
    return "\(count) of Service \(service) \(time)"
  }
}
