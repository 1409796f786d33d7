import Profiles
import Testing

@Suite("A load that its connections may not carry is told before the run")
struct LoadCapacityTests {
  private static func warnings(target: String = "", load: String) throws -> [String] {
    let target = "{url: \"http://api.example.com\"\(target.isEmpty ? "" : ", ")\(target)}"
    return LoadCapacity.warnings(try ProfileText(target: target, load: "{\(load)}").profile()).map(\.description)
  }

  @Test("A rate times the timeout below the places is not warned of")
  func carried() throws {
    #expect(
      try Self.warnings(target: "timeouts: {request: 2s}", load: "phases: [{name: x, for: 1m, rate: 500/s}]").isEmpty)
  }

  @Test("The defaults carry rates up to 4000/s without a word, but for a profile that accepts slower answers")
  func defaults() throws {
    #expect(try Self.warnings(load: "phases: [{name: x, for: 1m, rate: 4000/s}]").isEmpty)
    #expect(try Self.warnings(load: "phases: [{name: x, for: 1m, rate: 4001/s}]").count == 1)
    let slow = try ProfileText(
      load: "{phases: [{name: x, for: 1m, rate: 1400/s}]}",
      expectations: "[{name: slow, latency: {during: x, percentile: 99, below: 800ms}}]"
    ).profile()
    #expect(LoadCapacity.warnings(slow).count == 1)
  }

  @Test("Little's law gives the mean latency that the places carry")
  func littlesLaw() throws {
    #expect(
      try Self.warnings(
        target: "timeouts: {request: 10s}, connections: {maxInFlight: 300}",
        load: "phases: [{name: x, for: 1m, from: 0/s, to: 1400/s}]") == [
          "p.yaml:7:7: load: 1400/s with 300 requests in flight carries a mean latency of at most 214 ms; the request timeout is 10s, so that slow answers make requests queue and, after 1s, drop; raise target.connections.maxInFlight to 14000, or lower target.timeouts.request to 214ms"
        ])
  }

  @Test("More places than there are ports are not advised")
  func morePlacesThanPorts() throws {
    #expect(
      try Self.warnings(
        target: "connections: {maxInFlight: 300}", load: "phases: [{name: x, for: 1m, rate: 1400/s}]") == [
          "p.yaml:7:7: load: 1400/s with 300 requests in flight carries a mean latency of at most 214 ms; the request timeout is 30s, so that slow answers make requests queue and, after 1s, drop; lower target.timeouts.request to 214ms"
        ])
  }

  @Test("The connections bound the places where they are fewer")
  func connections() throws {
    let warnings = try Self.warnings(
      target: "timeouts: {request: 2s}, connections: {max: 10}", load: "phases: [{name: x, for: 1m, rate: 100/s}]")

    #expect(
      warnings == [
        "p.yaml:7:7: load: 100/s with at most 10 connections carries a mean latency of at most 100 ms; the request timeout is 2s, so that slow answers make requests queue and, after 1s, drop; raise target.connections.max to 200, or lower target.timeouts.request to 100ms"
      ])
  }

  @Test("Rates of streams add up where they overlap, and a user takes a place")
  func streams() throws {
    let profile = try ProfileText(
      target: "{url: \"http://a\", timeouts: {request: 1s}, connections: {maxInFlight: 300}}",
      requests: "[{name: a, path: /}, {name: b, path: /}, {name: c, path: /}]",
      load: """
        {streams: [{name: a, requests: a, phases: [{name: a1, for: 10s, rate: 0/s}, {name: a2, for: 10s, rate: 600/s}]},
          {name: b, requests: b, phases: [{name: b1, for: 15s, rate: 300/s}, {name: b2, for: 15s, rate: 200/s}]},
          {name: c, requests: c, phases: [{name: c1, for: 15s, users: 150, think: 1s}]}]}
        """
    ).profile()

    #expect(
      LoadCapacity.warnings(profile).map(\.description) == [
        "p.yaml:7:7: load: 900/s with 300 requests in flight, of which 150 may be taken by users, carries a mean latency of at most 166 ms; the request timeout is 1s, so that slow answers make requests queue and, after 1s, drop; raise target.connections.maxInFlight to 1050, or lower target.timeouts.request to 166ms"
      ])
  }

  @Test("Users beyond the places wait")
  func users() throws {
    #expect(
      try Self.warnings(
        target: "connections: {maxInFlight: 20}", load: "phases: [{name: x, for: 1m, users: 50, think: 1s}]") == [
          "p.yaml:7:7: load: 50 users with 20 requests in flight: 30 of them may have to wait before they can send; raise target.connections.maxInFlight to 50"
        ])
  }

  @Test("Fresh connections run out of ports")
  func freshConnections() throws {
    #expect(
      try Self.warnings(
        target: "timeouts: {request: 1s}, connections: {reuse: false}",
        load: "phases: [{name: x, for: 2m, rate: 800/s}]")
        == [
          "p.yaml:7:7: load: reuse: false opens 48000 connections within 1m, and a client has about 28000 ports to one address, each of which rests 1m after use: ports run out; write maxRequests: 2 in place of reuse: false, or plan a lower rate"
        ])
  }

  @Test("Fresh connections of a short run, or to several addresses, do not")
  func freshConnectionsThatFit() throws {
    let target = "timeouts: {request: 1s}, connections: {reuse: false}"
    #expect(try Self.warnings(target: target, load: "phases: [{name: x, for: 30s, rate: 800/s}]").isEmpty)
    #expect(
      try Self.warnings(
        target: target + ", connectTo: [\"127.0.0.1:80\", \"127.0.0.2:80\"]",
        load: "phases: [{name: x, for: 2m, rate: 800/s}]"
      ).isEmpty)
  }

  @Test("Connections that are rotated too soon run out of ports")
  func rotation() throws {
    #expect(
      try Self.warnings(
        target: "timeouts: {request: 100ms}, connections: {maxRequests: 5}",
        load: "phases: [{name: x, for: 2m, rate: 5000/s}]") == [
          "p.yaml:7:7: load: maxRequests: 5 opens 60000 connections within 1m, and a client has about 28000 ports to one address, each of which rests 1m after use: ports run out; raise target.connections.maxRequests to 11"
        ])
  }

  @Test("More connections at one time than ports are told")
  func ports() throws {
    #expect(
      try Self.warnings(
        target: "connections: {maxInFlight: 50000}", load: "phases: [{name: x, for: 1m, rate: 10/s}]") == [
          "p.yaml:7:7: load: 50000 requests in flight can take 50000 connections, and a client has about 28000 ports to one address; lower target.connections.maxInFlight, send HTTP/2, or name more addresses in target.connectTo"
        ])
  }
}
