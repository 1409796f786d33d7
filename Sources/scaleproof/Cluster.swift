import ArgumentParser
import Harness

extension ScaleProof {
  struct Cluster: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Serve manifests as a simulated cluster that kubectl can use, until Ctrl-C.",
      discussion: """
        EXAMPLES
          scaleproof cluster Profiles/manifests/aspnetcore
          scaleproof cluster manifests/ --time-scale 20 --port 8001
          scaleproof cluster manifests/ --tls --user jane=developers
        """)

    @Argument(help: "Manifest files or folders.", completion: .file(extensions: ["yaml", "yml"]))
    var manifests: [String]

    @Option(help: "How many times faster than real the cluster's clock runs.")
    var timeScale: Double = 1

    @Option(help: "The port of the Kubernetes API (default: chosen by the kernel).")
    var port: Int = 0

    @Option(help: "Where to write the kubeconfig (default: a file in the temporary folder).")
    var kubeconfig: String?

    @Flag(help: "Serve the API over TLS; the kubeconfig has its authority and the administrator's certificate.")
    var tls = false

    @Option(
      help: ArgumentHelp(
        "A user beside the administrator, with groups: a context of this name in the kubeconfig, with a token. Roles and "
          + "bindings say what it may do. Needs --tls, since kubectl sends tokens over TLS only.",
        valueName: "name[=group,group]"))
    var user: [String] = []

    func validate() throws {
      guard user.isEmpty || tls else {
        throw ValidationError("--user needs --tls: kubectl sends tokens over TLS only (--as works without)")
      }
      for text in user where ClusterServing.NamedUser(text) == nil {
        throw ValidationError("--user \(text): write a name, or a name and groups, as in jane=developers,ops")
      }
      let names = user.compactMap { ClusterServing.NamedUser($0)?.name }
      guard Set(names).count == names.count else { throw ValidationError("--user names somebody twice") }
      guard timeScale.isFinite, (0.1...1000).contains(timeScale) else {
        throw ValidationError("--time-scale lies between 0.1 and 1000")
      }
      guard kubeconfig != "" else {
        throw ValidationError("--kubeconfig is empty: name a file, or leave the option out")
      }
      guard (0...65_535).contains(port) else { throw ValidationError("--port lies between 0 and 65535") }
    }

    func run() async throws {
      await Ending.of {
        try await ClusterServing(
          manifests: manifests, timeScale: timeScale, port: port, kubeconfig: kubeconfig, isSecure: tls,
          users: user.compactMap { ClusterServing.NamedUser($0) }
        )
        .execute()
      }
    }
  }
}
