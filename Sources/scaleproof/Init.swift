import ArgumentParser
import Harness
import Units

extension ScaleProof {
  struct Init: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "init",
      abstract: "Write a first profile for what is behind a host, with the arithmetic of each figure.",
      discussion: """
        Finds Ingress, Service, pods, workload and autoscaler, says what is odd, and measures with a short probe what a
        request costs. Levels of load, lengths of phases and expectations follow from that; comments say how, and what is
        assumed. The profile runs as it is.

        The probe sends GET requests: 5/s, then more until their CPU shows, at most --probe-rate and half of what would
        make the autoscaler act, for some minutes. To another machine than this one it sends nothing without --yes.

        It reads what doctor reads: get or list deployments, statefulsets, replicasets, pods, services, ingresses,
        horizontalpodautoscalers and PodMetrics of the namespace; what else it may not list, it names as not checked.

        EXAMPLES
          scaleproof init --context staging --ingress api.example.com --yes
          scaleproof init --context staging --namespace shop --ingress shop.example.com/api --no-probe
          scaleproof init --workload deployment/web --url http://web.example.com --yes --output web.yaml
          scaleproof init --url http://127.0.0.1:8080 --path /health
          scaleproof init --manifests Profiles/manifests/aspnetcore --time-scale 20 --ingress api.example.com

        EXIT STATUS
          0 the profile is written; 4 nothing fit was found, or the target refused; else as for run.
        """)

    @Option(
      help: ArgumentHelp(
        "The host of an Ingress, and a path where several workloads share it. Without --namespace it may be of another one.",
        valueName: "host"))
    var ingress: String?

    @Option(
      help: ArgumentHelp("A workload: deployment/NAME, statefulset/NAME, replicaset/NAME.", valueName: "kind/name"))
    var workload: String?

    @Option(help: "Where requests go (default: the host of the Ingress). Alone, without a cluster.")
    var url: String?

    @Option(help: ArgumentHelp("Connect there in place of the host of the URL.", valueName: "host:port"))
    var connectTo: String?

    @Option(help: "What to ask for (default: the path of the Ingress, or /).")
    var path: String?

    @OptionGroup var place: ClusterPlace

    @Option(
      help: "A manifest file or folder for the embedded cluster, in place of a real one; may be repeated.",
      completion: .file(extensions: ["yaml", "yml"]))
    var manifests: [String] = []

    @Option(help: "How many times faster than real the embedded cluster's clock runs.")
    var timeScale: Double = 1

    @Option(help: "A file with the authorities to check the target's certificate against.", completion: .file())
    var ca: String?

    @Flag(help: "Do not check the target's certificate.")
    var insecure = false

    @Option(help: "The highest rate of the probe.")
    var probeRate: String = "100/s"

    @Flag(help: "Send nothing: what a request costs is then not known, and no count of pods is expected.")
    var noProbe = false

    @Flag(help: "Let the probe send load to another machine.")
    var yes = false

    @Option(help: ArgumentHelp("CPU that a request costs, where it is known.", valueName: "8ms"))
    var cpuPerRequest: String?

    @Option(name: [.short, .long], help: "The profile to write.")
    var output: String = "profile.yaml"

    @Flag(help: "Replace a file that is there.")
    var force = false

    func validate() throws {
      if ingress != nil, workload != nil { throw ValidationError("--ingress and --workload exclude each other") }
      guard ingress != nil || workload != nil || url != nil else {
        throw ValidationError(
          "Name what to write a profile for: --ingress HOST, --workload KIND/NAME, or --url URL alone.")
      }
      let isAlone = ingress == nil && workload == nil
      if isAlone, place.isGiven || place.namespace != nil || !manifests.isEmpty {
        throw ValidationError("--url alone asks no cluster: add --ingress HOST or --workload KIND/NAME")
      }
      if !manifests.isEmpty, place.isGiven {
        throw ValidationError("--manifests serves a cluster of its own: leave --context and --kubeconfig out")
      }
      if !manifests.isEmpty, connectTo != nil {
        throw ValidationError("--manifests has an Ingress of its own: leave --connect-to out")
      }
      guard timeScale.isFinite, (1...1000).contains(timeScale) else {
        throw ValidationError("--time-scale lies between 1 and 1000")
      }
      if manifests.isEmpty, timeScale != 1 { throw ValidationError("--time-scale goes with --manifests") }
      if ca != nil, insecure { throw ValidationError("--ca and --insecure exclude each other") }
      if noProbe, yes { throw ValidationError("--no-probe sends nothing, so that --yes allows nothing") }
      guard let rate = try? Rate(text: probeRate), rate.perSecond >= 1, rate.perSecond <= 2000 else {
        throw ValidationError("--probe-rate \(probeRate): write a rate from 1/s to 2000/s, as in 100/s")
      }
      try OptionValue.refuseEmpty([
        ("--ingress", ingress), ("--workload", workload), ("--url", url), ("--connect-to", connectTo), ("--path", path),
        ("--ca", ca), ("--cpu-per-request", cpuPerRequest), ("--output", output),
      ])
    }

    func run() async throws {
      await Ending.of {
        let subject: InitOptions.Subject =
          if let ingress { .ingress(ingress) } else if let workload { .workload(workload) } else { .address }
        return try await InitSession(
          InitOptions(
            subject: subject, context: place.context, kubeconfig: place.kubeconfig, namespace: place.namespace,
            manifests: manifests,
            timeScale: timeScale, url: url, connectTo: connectTo, path: path, authority: ca,
            verifiesCertificate: !insecure, probe: noProbe ? .none : .upTo(try Rate(text: probeRate).perSecond),
            allowsLoad: yes, cpuPerRequest: cpuPerRequest, output: output, force: force)
        ).execute()
      }
    }
  }
}
