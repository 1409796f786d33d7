import ClientRules
import Testing

@Suite("What keeps a resource observed")
struct WatchStateTests {
  @Test("a list is followed by a watch from its version, at once")
  func listThenWatch() {
    var state = WatchState()

    #expect(state.listed(version: "17") == WatchState.Next(step: .watch(from: "17"), delay: .zero))
  }

  @Test("a closed watch goes on from the last version seen")
  func closedWatch() {
    var state = WatchState()
    _ = state.listed(version: "17")

    state.advanced(to: "21")

    #expect(state.closed() == WatchState.Next(step: .watch(from: "21"), delay: .zero))
  }

  @Test("a broken watch waits and goes on from the last version, so that nothing is lost")
  func brokenWatch() {
    var state = WatchState()
    _ = state.listed(version: "17")

    let next = state.failed()

    #expect(next.step == .watch(from: "17"))
    #expect(next.delay > .zero)
  }

  @Test("an expired version is answered with a new list")
  func expiredWatch() {
    var state = WatchState()
    _ = state.listed(version: "17")

    #expect(state.failed(isExpired: true).step == .list)
  }

  @Test("waits grow up to their limit and begin anew after a success")
  func backoff() {
    var state = WatchState()
    _ = state.listed(version: "17")

    let delays = (0..<12).map { _ in state.failed().delay }
    state.advanced(to: "18")

    #expect(delays == delays.sorted())
    #expect(delays.last == RetryPace.usual.longest)
    #expect(state.failed().delay == delays.first)
  }

  @Test("a failed first list is tried again")
  func failedList() {
    var state = WatchState()

    #expect(state.failed().step == .list)
  }

  @Test("a silent watch is opened anew at once from the last version seen, so that nothing is lost")
  func silentWatch() {
    var state = WatchState()
    _ = state.listed(version: "17")

    state.advanced(to: "21")

    #expect(state.silent() == WatchState.Next(step: .watch(from: "21"), delay: .zero))
  }

  @Test("a server that says when to come again is left alone until then, though not for ever")
  func retryAfter() {
    var state = WatchState()

    #expect(state.failed(retryAfter: .seconds(3)).delay == .seconds(3))
    #expect(state.failed(retryAfter: .zero).delay > .zero)
    #expect(state.failed(retryAfter: .seconds(86_400)).delay == WatchState.longestGrant)
  }
}
