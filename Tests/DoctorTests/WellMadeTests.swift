import Testing

@testable import Doctor

@Suite("Well-made manifests")
struct WellMadeTests {
  private static let names = ManifestSet.names(in: "well-made")

  @Test("twenty of them have no blocking finding, and at most one warning in all")
  func warnings() throws {
    var told: [String] = []
    for name in Self.names {
      let diagnosis = ManifestSet.diagnosis(try ManifestSet.read("well-made/" + name))
      told += diagnosis.findings.filter { $0.severity != .advice }.map { "\(name): \($0.id): \($0.message)" }
    }
    #expect(Self.names.count >= 20)
    #expect(told.count <= 1, "\(told)")
  }

  @Test("are examined: each holds a workload", arguments: names)
  func examined(name: String) throws {
    let patient = Patient(origin: .manifests, objects: try ManifestSet.read("well-made/" + name))
    #expect(!patient.workloads.isEmpty)
  }
}
