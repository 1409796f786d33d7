import Testing

@testable import Doctor

@Suite("The guide's own manifests")
struct GuideTests {
  /// The traps in their order, each with the findings that tell it.
  private static let traps: [(trap: Int, ids: [String])] = [
    (1, ["prestop-missing"]), (2, ["ingress-rewrites-all"]), (3, ["ingress-paths-become-regex"]),
    (4, ["ingress-connect-timeout"]), (5, ["custom-metric-unserved"]), (6, ["memory-never-scales-in"]),
    (7, ["liveness-on-health"]), (8, ["egress-narrow", "dns-over-tcp-blocked", "mesh-control-blocked"]),
    (9, ["subset-without-pods"]), (10, ["mesh-field-unknown", "mesh-balancer-deprecated"]),
    (11, ["fault-with-retries"]), (12, ["strict-mtls-outside"]), (13, ["pdb-missing", "policy-namespace-label"]),
    (14, ["replicas-beside-hpa"]), (15, ["ingress-nginx-retired"]),
  ]

  @Test("show all fifteen traps")
  func traps() throws {
    let objects = try ManifestSet.names(in: "guide").flatMap { try ManifestSet.read("guide/" + $0) }
    let diagnosis = ManifestSet.diagnosis(objects)
    let ids = Set(diagnosis.findings.map(\.id))

    for (trap, needed) in Self.traps {
      #expect(ids.isSuperset(of: needed), "trap \(trap): \(Set(needed).subtracting(ids))")
    }
    #expect(diagnosis.count(.blocking) == 0, "\(diagnosis.findings.filter { $0.severity == .blocking })")
  }

  @Test("tell the numbers over min..max")
  func numbers() throws {
    let objects = try ManifestSet.names(in: "guide").flatMap { try ManifestSet.read("guide/" + $0) }
    let findings = ManifestSet.diagnosis(objects).findings
    func message(_ id: String) -> String { findings.first { $0.id == id }?.message ?? "" }

    #expect(message("prestop-missing").contains("scale-in (10 to 3)"))
    #expect(message("memory-never-scales-in").contains("72 % holds 10"), "\(message("memory-never-scales-in"))")
    #expect(message("replicas-beside-hpa").contains("sets the count to 5"))
    #expect(
      message("retries-beyond-timeout").contains("4 tries of 10s take 40s"), "\(message("retries-beyond-timeout"))")
    #expect(message("ejection-impossible").contains("10 % of 3..9 pods (min..max 3..10)"))
  }
}
