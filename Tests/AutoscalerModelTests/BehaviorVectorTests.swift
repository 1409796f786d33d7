import AutoscalerModel
import KubernetesObjects
import Testing
import Units

@Suite("Defaults and validation of behavior")
struct BehaviorVectorTests {
  @Test("The API's defaults", arguments: Vectors.cases(of: "behavior-defaults"))
  func defaults(_ vector: VectorCase) throws {
    switch vector.value["kind"]?.string {
    case "rules":
      let input = try #require(VectorDecoding.rules(vector.value["input"]))
      let completed =
        vector.value["direction"]?.string == "scaleUp"
        ? input.withScaleUpDefaults() : input.withScaleDownDefaults()
      #expect(completed == VectorDecoding.rules(vector.expected))
    case "behavior":
      let input = VectorDecoding.behavior(vector.value["input"])
      #expect(input?.withDefaults() == VectorDecoding.behavior(vector.expected))
    default:
      Issue.record("unknown kind \(vector.value["kind"]?.string ?? "")")
    }
  }

  @Test("The API server's validation", arguments: Vectors.cases(of: "behavior-validation"))
  func validation(_ vector: VectorCase) throws {
    let behavior = try #require(VectorDecoding.behavior(vector.value["behavior"]))

    let problems = AutoscalerValidation.problems(in: behavior)

    #expect(problems.isEmpty == vector.expected["valid"]?.bool, "\(problems)")
    if let count = vector.expected["errorCount"]?.int { #expect(problems.count == count) }
    if let text = vector.expected["firstErrorContains"]?.string {
      let first = try #require(problems.first)
      #expect(first.description.contains(text))
    }
  }

  @Test(
    "Averages of memory have binary suffixes, all others decimal ones", arguments: Vectors.cases(of: "build-quantity"))
  func quantities(_ vector: VectorCase) throws {
    var metric = MetricSpec(type: "Resource")
    metric.resource = .init(
      name: vector.value["resource"]?.string ?? "",
      target: MetricTarget(type: "AverageValue", averageValue: ResourceQuantity(Quantity(milli: 1))))

    let status = PlannedMetric(metric).status(
      of: MetricUsage(milli: try #require(vector.value["rawMilli"]?.integer)), version: .v1_36)

    let written = try #require(status.resource?.current.averageValue)
    #expect(written.quantity.milli == vector.expected["milli"]?.integer)
    #expect((written.format == .binary) == (vector.expected["format"]?.string == "BinarySI"))
  }
}
