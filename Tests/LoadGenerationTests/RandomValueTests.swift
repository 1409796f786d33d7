import Arrivals
import Foundation
import LoadFacts
import Testing
import Units

@testable import LoadDriving
@testable import LoadGeneration

/// Numbers in 0..<1, one for each arrival, and what they are to be: evenly spread, and without any relation to others.
private struct Sample {
  let name: String
  let numbers: [Double]

  /// The point of the chi-square distribution above which one lies with the probability of a normal variate above `z`
  /// (E. B. Wilson and M. M. Hilferty, 1931; off by less than 0.1 % here).
  static func chiSquare(_ freedom: Int, z: Double) -> Double {
    let share = 2 / (9 * Double(freedom))
    return Double(freedom) * pow(1 - share + z * share.squareRoot(), 3)
  }

  static func chiSquare(of counts: [Int]) -> Double {
    let expected = Double(counts.reduce(0, +)) / Double(counts.count)
    return counts.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
  }

  /// How unevenly the numbers lie in a hundred bins of equal width.
  var unevenness: Double {
    var counts = [Int](repeating: 0, count: 100)
    for number in numbers { counts[Int(number * 100)] += 1 }
    return Self.chiSquare(of: counts)
  }

  /// The numbers beside those of another sample `lag` arrivals later: how unevenly the pairs lie in 8 × 8 cells, and their
  /// correlation as a normal variate.
  func relation(to other: Sample, lag: Int) -> (unevenness: Double, correlation: Double) {
    var cells = [Int](repeating: 0, count: 64)
    var sum = 0.0
    let first = max(0, -lag)
    let last = min(numbers.count, other.numbers.count - lag)
    for index in first..<last {
      let (x, y) = (numbers[index], other.numbers[index + lag])
      cells[Int(x * 8) * 8 + Int(y * 8)] += 1
      sum += (x - 0.5) * (y - 0.5)
    }
    // The variance of an evenly spread number is 1/12.
    return (Self.chiSquare(of: cells), 12 * sum / Double(last - first).squareRoot())
  }
}

@Suite("Random values have no relation to each other, to those of other requests or to the arrivals")
struct RandomValueTests {
  /// A sample of many passes this bound by chance once in 300,000.
  private static let z = 4.5
  private static let count = 4000

  private static let template = RequestText([
    .integer(in: 0...999), .literal(" "), .integer(in: 0...999), .literal(" "), .uuid, .literal(" "),
    .oneOf((0..<1000).map(String.init)), .literal(" "), .column(feed: 0, column: 0), .literal(" "),
    .column(feed: 1, column: 0),
  ])

  private static func plan(seed: UInt64, workers: Int = 1) throws -> LoadPlan {
    let rows = (0..<1000).map { [String($0)] }
    let schedule = ArrivalSchedule(
      phases: [try LoadPhase(name: "one", duration: .seconds(50), rate: Rate(perSecond: 100))],
      process: .poisson(seed: seed))
    let stream = LoadStream(routes: [0], model: .open(schedule))
    return LoadPlan(
      baseURL: "http://127.0.0.1:1", routes: [Route(name: "one", path: "/")], streams: [stream, stream],
      feeds: [
        DataFeed(name: "users", rows: rows, order: .random), DataFeed(name: "goods", rows: rows, order: .random),
      ], workers: workers, seed: seed)
  }

  private static func words(_ plan: LoadPlan, stream: Int, arrival: Int) -> [String] {
    var context = RequestText.Context(plan: plan, request: .init(stream: stream, arrival: arrival))
    var bytes: [UInt8] = []
    template.render(into: &bytes, place: .plain, &context)
    return String(decoding: bytes, as: UTF8.self).split(separator: " ").map(String.init)
  }

  /// Everything that the requests of a stream draw.
  private static func values(seed: UInt64, stream: Int) throws -> [Sample] {
    let plan = try plan(seed: seed)
    let requests = (0..<count).map { words(plan, stream: stream, arrival: $0) }
    func sample(_ name: String, _ number: ([String]) -> Double) -> Sample {
      Sample(name: "\(name) of stream \(stream), seed \(seed)", numbers: requests.map(number))
    }
    func hexadecimal(_ text: Substring) -> Double { Double(UInt64(text, radix: 16) ?? 0) / 0x1p48 }
    return [
      sample("first int") { (Double($0[0]) ?? 0) / 1000 }, sample("second int") { (Double($0[1]) ?? 0) / 1000 },
      sample("first half of the uuid") { hexadecimal($0[2].replacing("-", with: "").prefix(12)) },
      sample("second half of the uuid") { hexadecimal($0[2].replacing("-", with: "").suffix(12)) },
      sample("choice") { (Double($0[3]) ?? 0) / 1000 }, sample("row of users") { (Double($0[4]) ?? 0) / 1000 },
      sample("row of goods") { (Double($0[5]) ?? 0) / 1000 },
    ]
  }

  /// The gaps before the arrivals of a stream, as evenly spread numbers.
  private static func gaps(seed: UInt64, stream: Int) throws -> Sample {
    let schedule = ArrivalSchedule(
      phases: [try LoadPhase(name: "one", duration: .seconds(50), rate: Rate(perSecond: 100))],
      process: .poisson(seed: seed, stream: stream))
    let dues = schedule.arrivals().prefix(count).map(\.due)
    let numbers = zip([0] + dues, dues).map { 1 - exp(-Double($1 - $0) * 100 / 1e9) }
    return Sample(name: "gap of stream \(stream), seed \(seed)", numbers: numbers)
  }

  @Test(
    "of requests and of arrivals, in one stream, in the next and with the next seed", arguments: [1, 7] as [UInt64])
  func requests(seed: UInt64) throws {
    let own = try Self.values(seed: seed, stream: 0) + [Self.gaps(seed: seed, stream: 0)]
    let others =
      try Self.values(seed: seed, stream: 1) + Self.values(seed: seed + 1, stream: 0)
      + [Self.gaps(seed: seed, stream: 1), Self.gaps(seed: seed + 1, stream: 0)]
    expectUnrelated(own, to: others)
  }

  @Test("of all purposes, by arrival, by place and in the order of drawing", arguments: [0, 1] as [UInt64])
  func purposes(seed: UInt64) {
    var samples: [Sample] = []
    for purpose in DrawPurpose.allCases {
      func sample(_ name: String, _ number: (Int) -> Double) -> Sample {
        Sample(name: "\(purpose) by \(name), seed \(seed)", numbers: (0..<Self.count).map(number))
      }
      samples.append(
        sample("arrival") {
          var numbers = SplitMix64(seed: seed, purpose: purpose, arrival: $0)
          return numbers.nextUnit()
        })
      samples.append(
        sample("place") {
          var numbers = SplitMix64(seed: seed, purpose: purpose, place: $0)
          return numbers.nextUnit()
        })
      samples.append(
        sample("stream") {
          var numbers = SplitMix64(seed: seed, purpose: purpose, stream: $0)
          return numbers.nextUnit()
        })
      samples.append(
        sample("seed") {
          var numbers = SplitMix64(seed: seed &+ UInt64($0), purpose: purpose)
          return numbers.nextUnit()
        })
      var numbers = SplitMix64(seed: seed, purpose: purpose)
      samples.append(sample("order") { _ in numbers.nextUnit() })
    }
    expectUnrelated(samples, to: [], lags: [-1, 0, 1])
  }

  /// Each of the first samples is evenly spread, and has no relation to itself, to the others of the first and to the second ones.
  private func expectUnrelated(_ own: [Sample], to others: [Sample], lags: [Int] = [-2, -1, 0, 1, 2]) {
    let even = Sample.chiSquare(99, z: -Self.z)...Sample.chiSquare(99, z: Self.z)
    let evenPairs = ...Sample.chiSquare(63, z: Self.z)
    for (index, sample) in own.enumerated() {
      #expect(even.contains(sample.unevenness), "\(sample.name): \(sample.unevenness)")
      for other in own[index...] + others[...] {
        for lag in lags where lag != 0 || other.name != sample.name {

          let (unevenness, correlation) = sample.relation(to: other, lag: lag)
          #expect(
            evenPairs.contains(unevenness) && abs(correlation) < Self.z,
            "\(sample.name) and \(other.name) \(lag) later: chi-square \(unevenness), correlation \(correlation)")
        }
      }
    }
  }

  @Test("no two uuids share a half")
  func uniqueness() throws {
    let plan = try Self.plan(seed: 1)
    let words = (0..<2).flatMap { stream in
      (0..<5000).map { Self.words(plan, stream: stream, arrival: $0)[2].replacing("-", with: "") }
    }
    #expect(Set(words.map { $0.prefix(16) }).count == words.count)
    #expect(Set(words.map { $0.suffix(16) }).count == words.count)
  }

  @Test("an arrival has the same values however many workers share the load", arguments: [2, 3])
  func workers(workers: Int) throws {
    func values(workers: Int) throws -> [Int: [String]] {
      let plan = try Self.plan(seed: 5, workers: workers)
      let rotation = try RouteRotation(weights: [1])
      var values: [Int: [String]] = [:]
      for worker in 0..<workers {
        var source = RequestSource(1, of: plan.share(of: worker, rotations: [rotation, rotation], start: 0))
        while let request = source.take() {
          values[request.arrival] = ["\(request.due)"] + Self.words(plan, stream: 1, arrival: request.arrival)
        }
      }
      return values
    }
    #expect(try values(workers: workers) == values(workers: 1))
  }
}
