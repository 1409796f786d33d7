import Testing

@testable import Harness

@Suite("The variants of a sweep")
struct SweepPlanTests {
  @Test(
    "the values of a field are what stands between commas outside of brackets and quotes",
    arguments: [
      ("a=1,2", ["1", "2"]), ("a={x: 1, y: [2,3]},[4,5]", ["{x: 1, y: [2,3]}", "[4,5]"]),
      (#"a="x,y",z"#, [#""x,y""#, "z"]), ("a=b=c", ["b=c"]),
    ])
  func values(text: String, expected: [String]) throws {
    #expect(try SweptField(text).values == .list(expected))
  }

  @Test("every combination of the values is a point, the last field changing first")
  func grid() throws {
    let plan = try SweepPlan(sweeps: ["a.b=1,2", "c=x,y,z"], samples: nil, seeds: nil, seed: 1)

    #expect(plan.points.count == 6)
    #expect(plan.points[1] == ["1", "y"])
    #expect(plan.changes(plan.points[1], seed: nil) == ["a.b=1", "c=y"])
    #expect(plan.changes(plan.points[1], seed: 4) == ["a.b=1", "c=y", "load.seed=4"])
  }

  @Test("seeds alone are one point, run several times")
  func seeds() throws {
    let plan = try SweepPlan(sweeps: [], samples: nil, seeds: 5, seed: 1)

    #expect(plan.points == [[]])
    #expect(plan.seeds == 5)
  }

  @Test(
    "drawn values lie in their range, with its unit and decimals, and in each part of it as often as in any other",
    arguments: [UInt64(1), 2, 3])
  func drawn(seed: UInt64) throws {
    let plan = try SweepPlan(
      sweeps: ["a=0..99", "b=30s..300s", "c=0.10..0.90", "d=x,y"], samples: 20, seeds: nil, seed: seed)

    let columns = (0..<4).map { column in plan.points.map { $0[column] } }
    #expect(plan.points.count == 20)
    let numbers = try columns[0].map { try #require(Int($0)) }
    #expect(Set(numbers.map { $0 / 5 }).count == 20, "\(numbers)")
    #expect(columns[1].allSatisfy { $0.hasSuffix("s") && (30...300).contains(Int($0.dropLast()) ?? 0) })
    #expect(columns[2].allSatisfy { $0.count == 4 && $0.hasPrefix("0.") })
    #expect(columns[3].count { $0 == "x" } == 10)
    let again = try SweepPlan(
      sweeps: ["a=0..99", "b=30s..300s", "c=0.10..0.90", "d=x,y"], samples: 20, seeds: nil, seed: seed)
    #expect(again.points == plan.points)
  }

  @Test("both ends of a range are drawn, each as likely as any value between")
  func ends() throws {
    let range = try #require(NumberRange("-1..1"))

    #expect([0, 0.34, 0.67, 0.999].map(range.value) == ["-1", "0", "1", "1"])
    #expect(try #require(NumberRange("1.5/s..2.5/s")).value(at: 0) == "1.5/s")
  }

  @Test(
    "what is no range is a value",
    arguments: ["5..1", "1..1", "1s..2m", "x..y", "1..", "../manifests"])
  func noRange(text: String) throws {
    #expect(try SweptField("a=\(text)").values == .list([text]))
  }

  @Test(
    "secrets are not swept, since tables show what is",
    arguments: [
      "requests.list.headers={Authorization: hunter2},{X-Api-Key: s3cr3tvalue}",
      "requests.list.path=/y?token=abcdsecret,/y",
      "target.auth.bearer=abc123,def456",
    ])
  func secrets(text: String) throws {
    let error = try #require(throws: HarnessError.self) { try SweptField(text) }

    #expect(error.description.contains("secret"))
    #expect(!error.description.contains("hunter2") && !error.description.contains("abc"))
  }

  @Test(
    "what means nothing is refused, in words that name it",
    arguments: [
      (["a"], nil, nil, "write PATH=VALUE"), (["a=1,,2"], nil, nil, "a value is empty"),
      (["a=1,1"], nil, nil, "named twice"), (["a=1..5"], nil, nil, "--samples"),
      (["a=1", "a=2"], nil, nil, "swept twice"), ([], 3, nil, "nothing is swept"), (["a=1..5"], 0, nil, "from 1"),
      ([], nil, 0, "from 1"), (["a=1..5"], 20_001, nil, "more than 20000"),
    ] as [([String], Int?, Int?, String)])
  func refused(sweeps: [String], samples: Int?, seeds: Int?, words: String) throws {
    let error = try #require(throws: HarnessError.self) {
      try SweepPlan(sweeps: sweeps, samples: samples, seeds: seeds, seed: 1)
    }

    #expect(error.status == .usage)
    #expect(error.description.contains(words), "\(error)")
  }
}
