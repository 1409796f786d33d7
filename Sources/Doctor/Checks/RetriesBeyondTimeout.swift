import KubernetesObjects
import Units

extension Check {
  static let retriesBeyondTimeout = Check(
    "retries-beyond-timeout", .advice,
    meaning: "The tries of a route take longer together than its timeout: the last ones are cut off.",
    remedy: "Raise the timeout, or lower perTryTimeout.", needs: [.kind("VirtualService")],
    ofWorkload: { examination in
      examination.routes.flatMap { service in
        (service.spec["http"]?.array ?? []).enumerated().compactMap { index, route -> Symptom? in
          guard let attempts = route["retries", "attempts"]?.int,
            let each = route["retries", "perTryTimeout"]?.string.flatMap({ try? Duration(text: $0) }),
            let whole = route["timeout"]?.string.flatMap({ try? Duration(text: $0) }), each * (attempts + 1) > whole
          else { return nil }
          return Symptom(
            service, "spec.http[\(index)].retries.perTryTimeout",
            "\(attempts + 1) tries of \(each.text) take \((each * (attempts + 1)).text), and the route ends after \(whole.text): "
              + "\(Int(whole / each)) of them fit",
            fix: "raise spec.http[\(index)].timeout to \((each * (attempts + 1)).text), or lower perTryTimeout")
        }
      }
    })
}
