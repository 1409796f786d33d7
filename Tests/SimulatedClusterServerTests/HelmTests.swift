import Foundation
import TestServers
import Testing

@Suite("Helm against the simulated cluster", .timeLimit(.minutes(10)))
struct HelmTests {
  private static let chart = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Resources/chart").path
  private static let wait = ["--wait", "--timeout", "90s"]

  /// A cluster in which a release `web` of the chart is installed and its autoscaler has made its minimum of 3 pods.
  private func withRelease(
    _ helm: Helm, _ values: [String] = [],
    _ body: (KubectlRig, _ helm: ([String]) async throws -> (output: String, succeeded: Bool)) async throws -> Void
  ) async throws {
    let kubectl = try #require(Kubectl.found.last)
    try await KubectlRig.withCluster(kubectl, manifests: "namespace.json") { rig in
      let settings = values.flatMap { ["--set", $0] }
      let installed = try await rig.helm(
        helm, ["install", "web", Self.chart, "-n", "shop", "--create-namespace"] + settings + Self.wait)
      #expect(installed.succeeded && installed.output.contains("STATUS: deployed"), "\(installed.output)")
      let scaled = try await rig.kubectl(
        "wait", "-n", "shop", "--for=jsonpath={.status.readyReplicas}=3", "deploy/web", "--timeout=60s")
      #expect(scaled.succeeded, "\(scaled.output)")
      try await body(rig) { try await rig.helm(helm, [$0[0], "web", "-n", "shop"] + $0.dropFirst()) }
    }
  }

  private func deployment(_ path: String, _ rig: KubectlRig) async throws -> String {
    try await rig.kubectl("get", "deploy", "web", "-n", "shop", "-o", "jsonpath=\(path)").output
  }

  @Test(
    "a chart without a size is installed, shown, upgraded, rolled back and taken away, whatever the autoscaler has made",
    arguments: Helm.found)
  func withoutSize(_ helm: Helm) async throws {
    try await withRelease(helm) { rig, helm in
      let status = try await helm(["status"])
      #expect(status.output.contains("STATUS: deployed") && status.output.contains("v1/Deployment"), "\(status.output)")
      let new = "myregistry.azurecr.io/aspnetcore-app:v2.0.0"
      let upgraded = try await helm(["upgrade", Self.chart, "--set", "image=\(new)"] + Self.wait)
      #expect(upgraded.succeeded && upgraded.output.contains("has been upgraded"), "\(upgraded.output)")
      let image = "{.spec.replicas} {.spec.template.spec.containers[0].image} {.status.updatedReplicas}"
      #expect(try await deployment(image, rig) == "3 \(new) 3")
      let back = try await helm(["rollback", "1"] + Self.wait)
      #expect(back.succeeded && back.output.contains("Rollback was a success"), "\(back.output)")
      #expect(try await deployment(image, rig) == "3 myregistry.azurecr.io/aspnetcore-app:v1.0.0 3")
      let history = try await helm(["history"])
      #expect(history.output.contains("Rollback to 1"), "\(history.output)")
      let gone = try await helm(["uninstall"] + Self.wait)
      #expect(gone.succeeded && gone.output.contains("uninstalled"), "\(gone.output)")
      #expect(try await rig.kubectl("get", "all,ingress,secrets", "-n", "shop").output.contains("No resources found"))
    }
  }

  @Test(
    "an upgrade of a chart with a size is a conflict with the autoscaler, which a forced one wins for a moment",
    arguments: Helm.found)
  func withSize(_ helm: Helm) async throws {
    try await withRelease(helm, ["replicas=2"]) { rig, helm in
      let owners = try await rig.kubectl(
        "get", "deploy", "web", "-n", "shop", "--show-managed-fields", "-o",
        "jsonpath={range .metadata.managedFields[*]}{.manager} {.operation} {.subresource} {.fieldsV1.f:spec.f:replicas};{end}"
      )
      #expect(owners.output.contains("kube-controller-manager Update scale {};"), "\(owners.output)")
      #expect(owners.output.contains("helm Apply  ;"), "\(owners.output)")
      let refused = try await helm(["upgrade", Self.chart, "--set", "replicas=2"])
      #expect(
        !refused.succeeded
          && refused.output.contains(
            "Apply failed with 1 conflict: conflict with \"kube-controller-manager\" with subresource \"scale\" using "
              + "apps/v1: .spec.replicas"),
        "\(refused.output)")
      #expect(try await deployment("{.spec.replicas}", rig) == "3")
      let forced = try await helm(["upgrade", Self.chart, "--set", "replicas=2", "--force-conflicts"])
      #expect(forced.succeeded, "\(forced.output)")
      // The autoscaler is asked for its size again only with the next sync.
      let again = try await rig.kubectl(
        "wait", "-n", "shop", "--for=jsonpath={.spec.replicas}=3", "deploy/web", "--timeout=60s")
      #expect(again.succeeded, "\(again.output)")
      let events = try await rig.kubectl("get", "events", "-n", "shop")
      #expect(events.output.contains(#/Scaled down replica set web-\S+ from 3 to 2/#), "\(events.output)")
    }
  }
}
