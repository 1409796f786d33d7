import ArgumentParser
import Harness
import Units

extension ScaleProof {
  struct Explain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say why the autoscaler did what it did: each sync with its metrics, its decision and what bound it.",
      discussion: """
        Flags that the cluster's kube-controller-manager was started with are taken from hpaConformance or withinCorridor
        of the recorded profile, or to be given here.

        With --set, the recorded metrics are worked out against another spec as well, decision by decision. What other \
        counts would have made of the metrics is left out: scaleproof simulate has that feedback.

        EXAMPLES
          scaleproof explain Reports/…/run.sqlite
          scaleproof explain run.sqlite --sync-period 30s --tolerance 5% --kubernetes-version 1.31
          scaleproof explain run.sqlite --set manifests.hpa.spec.behavior.scaleDown.stabilizationWindowSeconds=60
        """)

    @Argument(help: "The recording.", completion: .file(extensions: ["sqlite"]))
    var recording: String

    @Option(help: "The workload, by its name in the profile (needed where the run watched several).")
    var workload: String?

    @Option(
      help: "The controller's --horizontal-pod-autoscaler-sync-period (default: what the profile says, or else 15s).",
      transform: { try Duration(text: $0) })
    var syncPeriod: Duration?

    @Option(
      help:
        "The controller's --horizontal-pod-autoscaler-downscale-stabilization (default: the profile's, or else 5m).",
      transform: { try Duration(text: $0) })
    var downscaleStabilization: Duration?

    @Option(
      help:
        "The controller's --horizontal-pod-autoscaler-tolerance, in per cent (default: the profile's, or else 10%).",
      transform: { try Percentage(text: $0) })
    var tolerance: Percentage?

    @Option(help: "The version of the cluster, as in 1.34 (default: what the recording tells, or else 1.36).")
    var kubernetesVersion: String?

    @Option(
      name: .customLong("set"), parsing: .singleValue,
      help: ArgumentHelp(
        "Say as well what would have been decided with another value in the autoscaler's spec. May be repeated.",
        valueName: "manifests.hpa.spec.path=value"))
    var changes: [String] = []

    func validate() throws {
      if let syncPeriod, syncPeriod < .seconds(1) { throw ValidationError("--sync-period must be 1s or more") }
    }

    func run() async throws {
      let controller = Explanation.Controller(
        syncPeriod: syncPeriod, downscaleStabilization: downscaleStabilization, tolerance: tolerance,
        version: kubernetesVersion)
      await Ending.of {
        try Explanation(recording: recording, workload: workload, controller: controller, changes: changes).execute()
      }
    }
  }
}
