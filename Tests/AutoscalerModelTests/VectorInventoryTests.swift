import Foundation
import Testing

@Suite("The vector files")
struct VectorInventoryTests {
  private static let knownSuites: Set<String> = [
    "behavior-defaults", "behavior-validation", "build-quantity", "convert-no-behavior", "derived-percent-rounding",
    "derived-timelines", "derived-tolerance-edges", "e2e-scenarios", "group-pods", "metrics-client", "pod-requests",
    "policy-limit", "reconcile", "replica-calculator", "scaling-with-rules", "stabilize-no-behavior",
    "stabilize-with-behavior", "store-scale-events", "usage-ratio",
  ]

  @Test("All files can be read, and every case belongs to a suite that is tested")
  func everyCaseIsTested() throws {
    let cases = try Vectors.all.get()
    #expect(!cases.isEmpty, "no vector files in \(TestData.folder.path)")
    for (file, count) in Dictionary(grouping: cases, by: \.file).mapValues(\.count).sorted(by: { $0.key < $1.key }) {
      print("\(file): \(count) cases")
    }
    print("\(cases.count) cases in all, from \(TestData.folder.path)")
    for vector in cases {
      #expect(Self.knownSuites.contains(vector.suite), "no test for suite \(vector.suite) of \(vector.file)")
    }
  }
}
