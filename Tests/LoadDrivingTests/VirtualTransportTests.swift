import LoadFacts
import Testing

@testable import LoadDriving

@Suite("The transport in virtual time")
struct VirtualTransportTests {
  @Test("a request without an answer at its instant ends at a later one, at once, or by the worker's timeout")
  func laterEnds() throws {
    var target = ScriptedTarget(taking: 20 * millisecond)
    // The first in time, the second beyond the worker's patience, the third in the past.
    target.laterEnds = [0: 300 * millisecond, 1: 100 * second, 2: 0]

    let load = VirtualLoad(
      try .of(.rates((rate: 3, seconds: 1)), requestTimeout: .seconds(1)), to: target)

    #expect(load.outcomes == ["200": 2, "read timeout": 1])
    // The second was due half a second after the start.
    #expect(load.end >= 3 * second / 2 && load.end < 2 * second)
  }
}
