import RunTimeline
import Testing
import Units

@Suite("What is known of a count")
struct CountEnvelopeTests {
  private func bounds(_ earliest: Int, _ latest: Int) -> InstantBounds {
    InstantBounds(.seconds(earliest), .seconds(latest))
  }

  private func condition(_ text: String) throws -> CountCondition { try #require(try? CountCondition(text: text)) }

  private var stepUp: CountEnvelope {
    CountEnvelope(
      initial: 3, start: .seconds(0), changes: [.init(at: bounds(10, 12), value: 8)], end: .seconds(20))
  }

  @Test("Between the bounds of a change both values are possible, and before and after only one")
  func change() {
    #expect(stepUp.range(at: .seconds(9)) == 3...3)
    #expect(stepUp.range(at: .seconds(10)) == 3...8)
    #expect(stepUp.range(at: .seconds(12)) == 8...8)
    #expect(stepUp.range(at: .seconds(20)) == 8...8)
    #expect(stepUp.range(at: .seconds(21)) == nil)
    #expect(stepUp.range(at: .seconds(-1)) == nil)
  }

  @Test("In a gap nothing is known, and a gap that never ends does not stretch what is known")
  func gap() {
    let closed = CountEnvelope(
      initial: 3, start: .zero, changes: [], gaps: [bounds(5, 8)], end: .seconds(20))
    #expect(closed.range(at: .seconds(4)) == 3...3)
    #expect(closed.range(at: .seconds(5)) == nil)
    #expect(closed.range(at: .seconds(8)) == 3...3)
    let open = CountEnvelope(
      initial: 3, start: .zero, changes: [], gaps: [bounds(5, 1_000_000)], end: .seconds(6))
    #expect(open.end == .seconds(6))
    #expect(open.range(at: .seconds(5)) == nil)
  }

  @Test("When a condition was first met lies between the first instant that allows it and the first that proves it")
  func first() throws {
    #expect(stepUp.first(try condition(">= 8"), from: .zero) == .reached(bounds(10, 12)))
    #expect(stepUp.first(try condition(">= 8"), from: .seconds(11)) == .reached(bounds(11, 12)))
    #expect(stepUp.first(try condition(">= 9"), from: .zero) == .notBy(.seconds(20)))
    #expect(stepUp.first(try condition("5"), from: .zero) == .notBy(.seconds(20)), "3 was followed by 8, and by no 5")
  }

  @Test("A change that was the last thing heard counts as reached")
  func reachedAtTheEnd() throws {
    let envelope = CountEnvelope(
      initial: 3, start: .zero, changes: [.init(at: bounds(10, 12), value: 8)], end: .seconds(12))
    #expect(envelope.first(try condition(">= 8"), from: .zero) == .reached(bounds(10, 12)))
  }

  @Test("A window of no length sees only what holds at that instant")
  func pointWindow() throws {
    #expect(stepUp.always(try condition("8"), from: .seconds(12), to: .seconds(12)) == .yes)
    #expect(stepUp.pieces(from: .seconds(12), to: .seconds(12)).count == 1)
  }

  @Test("Always is yes, no or perhaps")
  func always() throws {
    #expect(stepUp.always(try condition(">= 3"), from: .zero, to: .seconds(20)) == .yes)
    #expect(
      stepUp.always(try condition("<= 5"), from: .zero, to: .seconds(20))
        == .no(from: .seconds(12), to: .seconds(20), range: 8...8))
    #expect(
      stepUp.always(try condition("3"), from: .zero, to: .seconds(11))
        == .perhaps(from: .seconds(10), to: .seconds(11), range: 3...8))
    #expect(
      stepUp.always(try condition("8"), from: .seconds(15), to: .seconds(25))
        == .perhaps(from: .seconds(20), to: .seconds(25), range: nil))
  }

  /// 3, then 8 from within 10 to 12 s, and 3 again from within 10 to 13 s.
  private var flick: CountEnvelope {
    CountEnvelope(
      initial: 3, start: .zero, changes: [.init(at: bounds(10, 12), value: 8), .init(at: bounds(10, 13), value: 3)],
      end: .seconds(20))
  }

  @Test("A value that was seen was there, though at no instant for certain")
  func seen() throws {
    #expect(flick.range(at: .seconds(12)) == 3...8)
    #expect(flick.first(try condition("8"), from: .seconds(5)) == .reached(bounds(10, 12)))
    #expect(
      flick.first(try condition("8"), from: .seconds(11))
        == .perhaps(earliest: .seconds(11), knownUntil: .seconds(20)), "it may have gone by then")
    #expect(flick.always(try condition("3"), from: .zero, to: .seconds(20)) == .seen(8, at: bounds(10, 12)))
    #expect(
      flick.always(try condition("3"), from: .zero, to: .seconds(11))
        == .perhaps(from: .seconds(10), to: .seconds(11), range: 3...8))
  }

  @Test("Each fall and rise is known by its own bounds, and one across a gap by those of the gap")
  func steps() {
    let known = flick.steps.map { "\($0.at) \($0.values?.from ?? 0) \($0.values?.to ?? 0) \($0.isFall)" }
    let across = CountEnvelope(
      initial: 8, start: .zero, changes: [.init(at: bounds(14, 15), value: 4)], gaps: [bounds(10, 15)],
      end: .seconds(20))

    #expect(known == ["10s … 12s 3 8 false", "10s … 13s 8 3 true"])
    #expect(across.steps.map(\.at) == [bounds(10, 15)])
  }

  @Test("What ends in a gap may have ended, and what was seen to end did")
  func presenceSteps() {
    let seen = CountEnvelope(
      presences: [.init(from: bounds(1, 2), to: bounds(8, 9)), .possible(over: bounds(3, 5))], start: .zero,
      end: .seconds(10))

    #expect(seen.steps.filter(\.isFall).map { "\($0.at) \($0.isCertain)" } == ["3s … 5s false", "8s … 9s true"])
  }

  @Test("Presences count as certain between their inner bounds and as possible between their outer ones")
  func presences() {
    let envelope = CountEnvelope(
      presences: [.init(from: bounds(1, 2), to: bounds(8, 9)), .init(from: bounds(5, 6), to: nil)], start: .zero,
      end: .seconds(10))
    let expected: [(Int, ClosedRange<Int>)] = [
      (0, 0...0), (1, 0...1), (2, 1...1), (5, 1...2), (6, 2...2), (8, 1...2), (9, 1...1),
    ]
    for (second, range) in expected { #expect(envelope.range(at: .seconds(second)) == range, "at \(second)") }
  }

  @Test("A presence whose bounds overlap is never certain")
  func vaguePresence() {
    let envelope = CountEnvelope(
      presences: [.init(from: bounds(1, 6), to: bounds(4, 9))], start: .zero, end: .seconds(10))
    for second in 0...10 { #expect(envelope.range(at: .seconds(second))?.lowerBound == 0) }
    #expect(envelope.range(at: .seconds(5)) == 0...1)
    #expect(envelope.range(at: .seconds(9)) == 0...0)
  }

  @Test("Random presences agree with counting them one by one")
  func randomPresences() {
    var generator = SplitMix(state: 42)
    for _ in 0..<50 {
      let presences = (0..<12).map { _ -> CountEnvelope.Presence in
        let from = Int.random(in: -5...30, using: &generator)
        let to = from + Int.random(in: 0...20, using: &generator)
        return .init(
          from: bounds(from, from + Int.random(in: 0...5, using: &generator)),
          to: Bool.random(using: &generator) ? bounds(to, to + Int.random(in: 0...5, using: &generator)) : nil)
      }
      let envelope = CountEnvelope(presences: presences, start: .zero, end: .seconds(40))
      for second in 0...40 {
        let instant = Duration.seconds(second)
        let certain = presences.filter { $0.from.latest <= instant && ($0.to.map { instant < $0.earliest } ?? true) }
        let possible = presences.filter { $0.from.earliest <= instant && ($0.to.map { instant < $0.latest } ?? true) }
        #expect(envelope.range(at: instant) == certain.count...possible.count, "seed 42, at \(second)")
      }
    }
  }
}

/// Random numbers that are the same in every run (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators).
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
