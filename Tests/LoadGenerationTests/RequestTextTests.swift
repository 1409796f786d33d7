import Arrivals
import Curl
import Foundation
import LoadFacts
import Testing

@testable import LoadDriving
@testable import LoadGeneration

@Suite("Texts that differ from request to request")
struct RequestTextTests {
  private static let rows = [["a1", "Ann"], ["b2", "Bob"], ["c3", "Cy"]]

  private func texts(
    _ pieces: [RequestText.Piece], order: DataFeed.Order, requests: Int, seed: UInt64 = 1
  ) throws -> [String] {
    let plan = LoadPlan(
      baseURL: "http://127.0.0.1:1", routes: [Route(name: "one", path: "/")],
      schedule: try constant(1, for: .seconds(1)),
      feeds: [DataFeed(name: "people", rows: Self.rows, order: order)], seed: seed)
    return (0..<requests).map { number in
      var context = RequestText.Context(plan: plan, request: .init(arrival: number * 2, ordinal: number))
      var bytes: [UInt8] = []
      RequestText(pieces).render(into: &bytes, place: .plain, &context)
      return String(decoding: bytes, as: UTF8.self)
    }
  }

  @Test("a sequential feed gives row after row to one kind of request, and begins again")
  func sequential() throws {
    #expect(
      try texts([.column(feed: 0, column: 0)], order: .sequential, requests: 5) == ["a1", "b2", "c3", "a1", "b2"])
  }

  @Test("all columns of a random feed come from one row, by the seed")
  func random() throws {
    let pieces: [RequestText.Piece] = [.column(feed: 0, column: 0), .literal(" "), .column(feed: 0, column: 1)]
    let texts = try texts(pieces, order: .random, requests: 200)
    #expect(Set(texts) == ["a1 Ann", "b2 Bob", "c3 Cy"])
    #expect(try texts == self.texts(pieces, order: .random, requests: 200))
    #expect(try texts != self.texts(pieces, order: .random, requests: 200, seed: 2))
  }

  @Test("the time is written as the formatter of Foundation writes it")
  func time() throws {
    var bytes: [UInt8] = []
    var context = RequestText.Context.none
    let before = Date()
    RequestText([.time(.rfc3339)]).render(into: &bytes, place: .plain, &context)
    let after = Date()

    let formatter = ISO8601DateFormatter()
    formatter.formatOptions = [.withInternetDateTime, .withFractionalSeconds]
    let date = try #require(formatter.date(from: String(decoding: bytes, as: UTF8.self)))
    #expect((before - 0.002...after + 0.002).contains(date))
  }

  @Test("seconds and milliseconds since 1970 are numbers", arguments: [RequestText.TimeFormat.unix, .unixMilliseconds])
  func unixTime(_ format: RequestText.TimeFormat) throws {
    var bytes: [UInt8] = []
    var context = RequestText.Context.none
    RequestText([.time(format)]).render(into: &bytes, place: .plain, &context)
    let number = try #require(Double(String(decoding: bytes, as: UTF8.self)))
    let seconds = format == .unix ? number : number / 1000
    #expect(abs(seconds - Date().timeIntervalSince1970) < 60)
  }
}

@Suite("Values of JSON answers")
struct JSONTreeTests {
  private let document = JSONTree(
    Array(#"{"items": [{"id": 7, "price": 1.50, "name": "x"}], "a/b": null, "ok": true, "m~n": []}"#.utf8))

  @Test(
    "a pointer leads to the value that RFC 6901 says",
    arguments: [
      ("/items/0/id", "7"), ("/items/0/price", "1.5"), ("/items/0/name", "\"x\""), ("/a~1b", "null"),
      ("/ok", "true"), ("/m~0n", "[]"), ("/items/0", #"{"name": "x", "id": 7, "price": 1.5}"#),
    ])
  func values(pointer: String, expected: String) throws {
    let checks = try CompiledChecks(AnswerChecks(json: [(pointer, expected)]), route: "r")
    #expect(checks.failure(ofBody: try #require(document)) == nil)
  }

  @Test(
    "another value, another type or no value at all fails",
    arguments: [
      ("/items/0/id", "8"), ("/items/1/id", "7"), ("/ok", "1"), ("/items/0/id", "\"7\""), ("/nowhere", "null"),
    ])
  func mismatches(pointer: String, expected: String) throws {
    let checks = try CompiledChecks(AnswerChecks(json: [(pointer, expected)]), route: "r")
    #expect(checks.failure(ofBody: try #require(document)) == .json)
  }
}
