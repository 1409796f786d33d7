import ArgumentParser
import Harness

extension ScaleProof {
  struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Look for what makes scaling, rollouts or a test of them go wrong, before it does.",
      discussion: """
        Examines what a profile is about, a workload of a live cluster, or manifests, by arithmetic over min..max
        replicas. One line a finding, the heaviest first, each with one fix; what could not be checked is told too.
        Profiles/doctor.md explains each finding. --context takes the place of the cluster that the profile names.

        EXAMPLES
          scaleproof doctor Profiles/surge-and-rollout.yaml
          scaleproof doctor --manifests Profiles/manifests/aspnetcore --strict
          scaleproof doctor --workload deployment/web --context staging --namespace shop
          scaleproof doctor --manifests manifests/ --format json | jq -r '.findings[].id'

        EXIT STATUS
          0 nothing blocks a test (with --strict: nothing is a warning either); 4 something does; else as for run.
        """)

    @Argument(help: "The profile.", completion: .file(extensions: ["yaml", "yml"]))
    var profile: String?

    @Option(
      help: ArgumentHelp(
        "A workload of a live cluster: deployment/NAME, statefulset/NAME, replicaset/NAME or rollout/NAME.",
        valueName: "kind/name"))
    var workload: String?

    @Option(help: "A manifest file or folder; may be repeated.", completion: .file(extensions: ["yaml", "yml"]))
    var manifests: [String] = []

    @OptionGroup var place: ClusterPlace

    @Option(help: "How findings are printed: text or json.")
    var format: DoctorOptions.Format = .text

    @Flag(help: "Warnings count too: end with 4 when there is one.")
    var strict = false

    @OptionGroup var fields: FieldChanges

    func validate() throws {
      let subjects = [profile != nil, workload != nil, !manifests.isEmpty].count { $0 }
      guard subjects == 1 else {
        throw ValidationError("Name one thing to examine: a profile, --workload KIND/NAME or --manifests FOLDER.")
      }
      if place.namespace != nil, workload == nil { throw ValidationError("--namespace goes with --workload only") }
      if !manifests.isEmpty, place.isGiven {
        throw ValidationError(
          "--manifests examines files: no cluster is asked, so leave --context and --kubeconfig out")
      }
      if profile == nil, !fields.changes.isEmpty || fields.fixed {
        throw ValidationError("--set and --fixed change a profile: name one")
      }
      try OptionValue.refuseEmpty([("--workload", workload)])
    }

    func run() async throws {
      await Ending.of {
        let subject: DoctorOptions.Subject =
          if let profile {
            .profile(profile, changes: fields.changes, fixed: fields.fixed)
          } else if let workload {
            .workload(workload, namespace: place.namespace)
          } else {
            .manifests(manifests)
          }
        return try await DoctorSession(
          DoctorOptions(
            subject: subject, context: place.context, kubeconfig: place.kubeconfig, format: format, strict: strict)
        ).execute()
      }
    }
  }
}

extension DoctorOptions.Format: ExpressibleByArgument {}
