import Testing

@testable import LoadDriving

@Suite("What a worker took of the waiting for a place")
struct AttentionTests {
  /// Goes round the loop once: busy for some time, woken so much after the planned instant, and then so many answers.
  private func pass(
    _ attention: inout Attention, at start: Int64, busy: Int64 = 0, slept: Int64 = 5 * millisecond, late: Int64 = 0,
    answers: Int = 0, isComplete: Bool = true
  ) -> Int64 {
    let waited = start + busy
    let planned = waited + slept
    attention.read(at: planned + late, waited: waited, planned: planned, isComplete: isComplete)
    for _ in 0..<answers { attention.answered() }
    return planned + late
  }

  @Test("a worker that is there when answers come takes nothing, however long they take")
  func attentive() {
    var attention = Attention(places: 10, at: 0)
    let mark = attention.mark

    var now: Int64 = 0
    for _ in 0..<100 { now = pass(&attention, at: now, answers: 10) }

    #expect(attention.wait(since: mark) == 0)
    #expect(attention.takeLongestPause() == 0)
  }

  @Test("a worker that is late takes nothing either when no answer came meanwhile")
  func lateWithoutAnswers() {
    var attention = Attention(places: 10, at: 0)
    let mark = attention.mark

    _ = pass(&attention, at: 0, late: 300 * millisecond)

    #expect(attention.wait(since: mark) == 0)
    #expect(attention.takeLongestPause() == 305 * millisecond, "an answer can have come when it began to wait")
    #expect(attention.takeLongestPause() == 0, "it counts since the last time")
  }

  @Test("an answer can have lain unread for all the time that a worker meant to wait, unless it was woken in time")
  func overslept() {
    var attention = Attention(places: 10, at: 0)

    let now = pass(&attention, at: 0, slept: 10 * millisecond, late: millisecond)
    #expect(attention.takeLongestPause() == millisecond)

    _ = pass(&attention, at: now, slept: 10 * millisecond, late: millisecond + 1)
    #expect(attention.takeLongestPause() == 11 * millisecond + 1)
  }

  @Test(
    "answers that lay unread while the worker was busy, or woken late, held their places for so long",
    arguments: [(300, 0), (0, 300), (100, 200)])
  func unread(busy: Int64, late: Int64) {
    var attention = Attention(places: 10, at: 0)
    let mark = attention.mark

    _ = pass(&attention, at: 0, busy: busy * millisecond, late: late * millisecond, answers: 5)

    // Half of the places for 300 ms.
    #expect(attention.wait(since: mark) == 150 * millisecond)
  }

  @Test("sockets that were left unread count on until all have been read")
  func leftUnread() {
    var attention = Attention(places: 1, at: 0)
    var now = pass(&attention, at: 0, busy: 100 * millisecond, slept: 0, isComplete: false)
    now = pass(&attention, at: now, busy: 100 * millisecond, slept: 0, isComplete: false)
    let mark = attention.mark

    now = pass(&attention, at: now, busy: 100 * millisecond, slept: 0, answers: 1)
    #expect(attention.wait(since: mark) == 300 * millisecond)

    let later = attention.mark
    _ = pass(&attention, at: now, answers: 1)
    #expect(attention.wait(since: later) == 0)
  }

  @Test("requests that are held back while places are free wait for this machine")
  func holdingBack() {
    var attention = Attention(places: 10, at: 0)
    attention.sent(isHoldingBack: true)
    let mark = attention.mark
    let now = pass(&attention, at: 0, slept: 20 * millisecond)
    attention.sent(isHoldingBack: false)
    _ = pass(&attention, at: now, slept: 20 * millisecond)

    #expect(attention.wait(since: mark) == 20 * millisecond)
  }

  @Test("sums that wrap around still give the difference")
  func wrapping() {
    var attention = Attention(places: 1_000_000, at: 0)
    attention.sent(isHoldingBack: true)
    var now: Int64 = 0
    for _ in 0..<20 { now = pass(&attention, at: now, slept: 3_600_000 * millisecond) }
    let mark = attention.mark

    _ = pass(&attention, at: now, slept: 1000 * millisecond)

    #expect(attention.wait(since: mark) == 1000 * millisecond)
  }
}
