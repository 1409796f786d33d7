import ApplicationNature
import Units

/// A point on the curve of CPU that a pod has used.
struct UsagePoint: Sendable {
  /// Cluster time.
  let time: Duration
  /// CPU seconds since the start of the container.
  let used: Double
  /// Requests taken since then.
  let taken: Double
}

/// The requests of one container: the CPU takes one after the other, as fast as the limit allows, and each takes some time
/// beside that. An application may work on so many at once, and no more.
///
/// All times are seconds on the wall.
struct PodLoad: Sendable {
  /// CPU seconds that one request costs a warm application.
  private(set) var cost: Double
  /// Cores; `nil` without a limit.
  let limit: Double?
  private(set) var queueLimit: Int

  /// When the container started.
  private var began = 0.0
  /// Until when the application is busy with itself, and with how many cores.
  private var busyStartEnd = 0.0
  private var busyStartCores = 0.0
  /// Until when requests cost more, and how many times as much.
  private var warmUpEnd = 0.0
  private var warmUpCost = 1.0

  /// CPU seconds of all requests that were taken, and their number.
  private var accepted = 0.0
  private(set) var taken = 0.0
  /// When the CPU has worked off what was taken.
  private(set) var busyUntil = 0.0
  /// When all that was taken is answered.
  private(set) var answeredUntil = 0.0
  /// `nil` where any number of requests is worked on at once.
  private var places: WorkPlaces?
  var points: [UsagePoint] = []

  init(cost: Double, limit: Double?, queueLimit: Int) {
    self.cost = cost
    self.limit = limit
    self.queueLimit = queueLimit
  }

  /// A container has started: its application has taken nothing yet.
  mutating func begin(_ application: Application, at now: Double, timeScale: Double) {
    (accepted, taken, busyUntil, answeredUntil) = (0, 0, now, now)
    places = application.concurrency.map { WorkPlaces(count: $0, at: now) }
    began = now
    busyStartEnd = now + application.busyStart.seconds / timeScale
    busyStartCores = min(application.busyStartCores, limit ?? .infinity)
    warmUpEnd = now + (application.start + application.warmUp).seconds / timeScale
    warmUpCost = application.warmUp > .zero ? application.warmUpCost : 1
  }

  /// The application becomes another one while its container runs. What it has taken is answered as it was to be; what concerns
  /// the start of a container is left to the next one.
  mutating func become(_ application: Application, at now: Double) {
    let turn = turn(at: now)
    switch (places, application.concurrency) {
    case (nil, let count?):
      // Without a limit of CPU nobody knows of requests in hand: they count for none.
      let inHand = turn > 0 ? Int((max(0, busyUntil - now) / turn).rounded()) : 0
      var places = WorkPlaces(count: count, at: now)
      places.takeOver(inHand, turn: turn, cost: cost(at: now), at: now)
      self.places = places
    case (let places?, nil):
      if let cores = cores(at: now) { busyUntil = now + places.remaining(at: now) / cores }
      self.places = nil
    case (.some, let count?): places?.become(count, at: now)
    case (nil, nil): break
    }
    cost = application.cpuPerRequest.seconds
    queueLimit = application.queueLimit
  }

  private func cost(at start: Double) -> Double { start < warmUpEnd ? cost * warmUpCost : cost }

  /// Cores that are left for requests: those that the application does not take for itself, but a tenth at the least.
  private func cores(at start: Double) -> Double? {
    limit.map { start < busyStartEnd ? max($0 - busyStartCores, $0 / 10) : $0 }
  }

  /// How long the CPU works at a request whose turn comes.
  private func turn(at start: Double) -> Double { cores(at: start).map { cost(at: start) / $0 } ?? 0 }

  /// How long a request that comes now takes until the CPU is done with it.
  func wait(at now: Double) -> Double {
    let start = max(places?.start(at: now) ?? now, busyUntil)
    return start + turn(at: start) - now
  }

  /// The longest that a request can wait, were none cheaper than now.
  var longestWait: Double {
    if places != nil { return .infinity }
    guard let limit else { return 0 }
    let slowest = busyStartEnd > began ? max(limit - busyStartCores, limit / 10) : limit
    return Double(queueLimit + 1) * cost * warmUpCost / slowest
  }

  /// Requests that wait for the CPU, or for a place.
  func waiting(at now: Double) -> Double {
    if let places { return Double(places.waiting(at: now)) }
    let turn = turn(at: max(now, busyUntil))
    return turn > 0 ? max(0, busyUntil - now) / turn : 0
  }

  /// Takes a request; the time of its answer, or `nil` when too many wait.
  ///
  /// - Parameter serviceTime: how long it takes while nothing else does; the CPU works for a part of it.
  mutating func take(at now: Double, serviceTime: Double) -> Double? {
    let rest = max(0, serviceTime - (limit.map { cost / $0 } ?? 0))
    let answered: Double
    if places != nil {
      guard let end = takePlace(at: now, rest: rest) else { return nil }
      answered = end
    } else {
      guard let done = takeCPU(at: now) else { return nil }
      answered = done + rest
    }
    answeredUntil = max(answeredUntil, answered)
    return answered
  }

  private mutating func takePlace(at now: Double, rest: Double) -> Double? {
    guard let place = places?.start(at: now) else { return nil }
    if place > now, places?.waiting(at: now) ?? 0 >= queueLimit { return nil }
    let start = max(place, busyUntil)
    let (turn, cost) = (turn(at: start), cost(at: start))
    let end = start + turn + rest
    places?.take(at: now, start: place, cpu: (start, start + turn), cost: cost, until: end)
    if turn > 0 { busyUntil = start + turn }
    accepted += cost
    taken += 1
    return end
  }

  private mutating func takeCPU(at now: Double) -> Double? {
    let start = max(now, busyUntil)
    let turn = turn(at: start)
    if turn > 0 {
      guard Int(((start - now) / turn).rounded()) <= queueLimit else { return nil }
      busyUntil = start + turn
    }
    accepted += cost(at: start)
    taken += 1
    return turn > 0 ? busyUntil : now
  }

  /// Takes a steady stream of requests; how many were taken. It knows no limit of how many are worked on at once.
  mutating func take(rate: Double, from start: Double, to end: Double) -> Double {
    let offered = rate * (end - start)
    let (turn, cost) = (turn(at: start), cost(at: start))
    guard turn > 0 else {
      accepted += offered * cost
      taken += offered
      return offered
    }
    let waiting = max(0, busyUntil - start) / turn
    let room = max(0, Double(queueLimit) + (end - start) / turn - waiting)
    let accepting = min(offered, room)
    accepted += accepting * cost
    taken += accepting
    busyUntil = max(start, busyUntil) + accepting * turn
    if busyUntil < end { busyUntil = end }
    return accepting
  }

  /// CPU seconds used until a time: what was taken less what waits still, and what the application took for itself.
  func used(at now: Double) -> Double {
    let own = busyStartEnd > began ? busyStartCores * (min(now, busyStartEnd) - began) : 0
    if let places { return accepted - places.remaining(at: now) + own }
    guard let cores = cores(at: now) else { return accepted + own }
    return accepted - max(0, busyUntil - now) * cores + own
  }
}
