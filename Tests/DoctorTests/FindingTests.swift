import KubernetesObjects
import Testing

@testable import Doctor

@Suite("Each finding")
struct FindingTests {
  @Test("the workload that nothing is wrong with has none")
  func base() throws {
    let findings = ManifestSet.diagnosis(try ManifestSet.base()).findings
    #expect(findings.isEmpty, "\(findings.map { "\($0.id): \($0.message)" })")
  }

  @Test("is shown on manifests that have it", arguments: ManifestSet.names(in: "findings"))
  func shown(id: String) throws {
    let findings = ManifestSet.diagnosis(try ManifestSet.base(with: ManifestSet.read("findings/" + id))).findings

    let found = findings.filter { $0.id == id }
    #expect(!found.isEmpty, "\(findings.map(\.id))")
    for finding in found {
      #expect(finding.index != nil && !finding.fix.isEmpty, "\(finding)")
      let hasNumber = finding.message.contains { $0.isNumber }
      #expect(hasNumber, "no number: \(finding.message)")
      #expect(!finding.message.contains("\n") && !finding.fix.contains("\n"), "\(finding)")
    }
  }

  @Test("is not shown on the same manifests mended", arguments: ManifestSet.names(in: "findings"))
  func silent(id: String) throws {
    let around = ManifestSet.names(in: "mended").contains(id) ? try ManifestSet.read("mended/" + id) : []
    let found = ManifestSet.diagnosis(try ManifestSet.base(with: around)).findings.filter { $0.id == id }

    #expect(found.isEmpty, "\(found.map(\.message))")
  }

  @Test("of manifests has manifests that show it, and each file names a check")
  func complete() {
    let ofManifests = Check.all.filter { check in
      check.needs.allSatisfy { need in
        switch need {
        case .kind, .present, .servedMetrics: true
        default: false
        }
      }
    }
    #expect(Set(ManifestSet.names(in: "findings")) == Set(ofManifests.map(\.id)))
    #expect(Set(ManifestSet.names(in: "mended")).isSubset(of: ManifestSet.names(in: "findings")))
  }

  @Test("has a name of its own in kebab case, a meaning and a remedy")
  func names() {
    #expect(Set(Check.all.map(\.id)).count == Check.all.count)
    for check in Check.all {
      #expect(check.id.wholeMatch(of: /[a-z]+(-[a-z]+)*/) != nil, "\(check.id)")
      #expect(check.meaning.hasSuffix(".") && check.remedy.hasSuffix("."), "\(check.id)")
    }
  }

  @Test("of what is not there is told as not checked, with the reason")
  func unchecked() throws {
    let objects = try ManifestSet.base().filter { $0["kind"] != "ResourceQuota" }

    let diagnosis = ManifestSet.diagnosis(objects)
    let unread = Diagnosis(
      of: Patient(
        origin: .cluster, objects: objects, unread: ["PodDisruptionBudget": "may not list"], namespace: "shop"))

    #expect(
      diagnosis.unchecked.contains(
        Unchecked(
          id: "quota-below-maximum", object: nil,
          reason: "the manifests hold no ResourceQuota, and the namespace may have one")))
    #expect(diagnosis.unchecked.contains { $0.id == "clock-offset" && $0.reason == "only a live cluster tells" })
    #expect(unread.unchecked.contains { $0.id == "pdb-missing" && $0.reason == "may not list" })
    #expect(!unread.findings.contains { $0.id == "pdb-missing" })
  }

  @Test(
    "a target of memory holds the counts that arithmetic says",
    arguments: [(65, 5), (68, 6), (70, 7), (71, 8), (72, 10), (88, 10), (20, 3)])
  func memory(idle: Int, count: Int) {
    #expect(MemoryFixedPoint.count(idle: idle, target: 80, within: 3...10) == count)
  }
}
