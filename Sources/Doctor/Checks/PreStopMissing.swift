import KubernetesObjects

extension Check {
  static let preStopMissing = Check(
    "prestop-missing", .warning,
    meaning:
      "No preStop hook holds SIGTERM back while Ingress and endpoints still send requests: each pod that is taken away "
      + "costs errors.",
    remedy: "Add lifecycle.preStop with a sleep of 5 s or more.", needs: [.kind("Service"), .kind("Ingress")],
    ofWorkload: { examination in
      guard !examination.services.isEmpty else { return [] }
      let (least, most) = (examination.counts.lowerBound, examination.counts.upperBound)
      return examination.mainContainers.compactMap { container in
        guard examination.isServing(container), container.json["lifecycle", "preStop"] == nil else { return nil }
        return Symptom(
          examination.object, "\(container.path).lifecycle.preStop",
          "the container \(container.name) is sent SIGTERM at once, and endpoints and Ingress go on sending for up to "
            + "\(EndpointDelay.seconds) s: every rollout (\(examination.countsText) pods)"
            + (most > least ? " and every scale-in (\(most) to \(least))" : "") + " costs errors",
          fix: "write \(container.path).lifecycle.preStop: {sleep: {seconds: 10}}",
          severity: examination.isRouted ? nil : .advice)
      }
    })
}

/// How long requests still come after a pod was told to end.
enum EndpointDelay {
  /// The endpoints' own delay (1 s), the Ingress controller's rate of reloads (3.3 s), and its poll (1 s), rounded
  /// (kubernetes/ingress-nginx, docs/user-guide/cli-arguments.md and rootfs/etc/nginx/lua/balancer.lua).
  static let seconds = 5
}
