import KubernetesObjects

extension Check {
  static let faultWithRetries = Check(
    "fault-with-retries", .warning,
    meaning:
      "A route of a VirtualService injects faults beside a timeout or retries, which do not work then: it does not test "
      + "them.",
    remedy: "Put the fault on a route of its own.", needs: [.kind("VirtualService")],
    ofWorkload: { examination in
      examination.all("VirtualService").flatMap { service in
        (service.spec["http"]?.array ?? []).enumerated().compactMap { index, route -> Symptom? in
          guard route["fault"] != nil, route["retries"] != nil || route["timeout"] != nil,
            examination.routes.contains(service)
          else { return nil }
          let tries = (route["retries"]?["attempts"]?.int).map { "\($0) retries" }
          let timeout = (route["timeout"]?.string).map { "the timeout of \($0)" }
          return Symptom(
            service, "spec.http[\(index)].fault",
            "while faults are injected, \(Texts.list([tries, timeout].compactMap { $0 })) of this route are not in force",
            fix: "move spec.http[\(index)].fault to a route of its own")
        }
      }
    })
}
