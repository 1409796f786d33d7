import KubernetesObjects

extension Check {
  static let ingressPathsBecomeRegex = Check(
    "ingress-paths-become-regex", .warning,
    meaning:
      "use-regex or rewrite-target on one Ingress of a host turns all paths of that host into case-insensitive regular "
      + "expressions that match what only begins like them.",
    remedy: "Give these paths a host of their own, or write them as regular expressions with an end.",
    needs: [.kind("Ingress")],
    ofWorkload: { examination in
      let all = examination.all("Ingress")
      let causes = all.filter { $0.nginx("use-regex") == "true" || $0.nginx("rewrite-target") != nil }
      var symptoms: [Symptom] = []
      for ingress in examination.ingresses {
        for entry in ingress.ingressPaths
        where entry.path != "/" && !entry.path.contains(where: { "$(*[".contains($0) }) {
          guard let cause = causes.first(where: { $0.ingressPaths.contains { $0.host == entry.host } }) else {
            continue
          }
          symptoms.append(
            Symptom(
              ingress, entry.field,
              "\(cause.nginx("use-regex") == "true" ? "use-regex" : "rewrite-target") of \(cause.title) makes \(entry.path) a "
                + "case-insensitive expression without an end, so that it matches \(entry.path)0 and "
                + "\(entry.path.uppercased()) too, on all \(all.count { $0.ingressPaths.contains { $0.host == entry.host } }) "
                + "Ingresses of \(entry.host)",
              fix: "write \(entry.path)(/|$) in \(entry.field), or take the annotation off this host"))
        }
      }
      return symptoms
    })
}
