import KubernetesObjects

extension Check {
  static let ingressRewritesAll = Check(
    "ingress-rewrites-all", .warning,
    meaning: "rewrite-target without a capture group sends every request of a path to one URI.",
    remedy: "Remove rewrite-target, or capture what is to be kept: path /(.*), rewrite-target /$1.",
    needs: [.kind("Ingress")],
    ofWorkload: { examination in
      examination.ingresses.compactMap { ingress in
        guard let target = ingress.nginx("rewrite-target"), !target.contains("$") else { return nil }
        let prefixes = ingress.ingressPaths.filter { !$0.path.contains("$") }
        guard let first = prefixes.first else { return nil }
        return Symptom(
          ingress, NginxAnnotation.field("rewrite-target"),
          "every URI of \(Texts.count(prefixes.count, "path")), as \(first.path), becomes \(target): since ingress-nginx 0.22 "
            + "only what a group of the path captures is kept, so that all requests reach one URI of the "
            + "\(examination.countsText) pods",
          fix:
            "remove the annotation, or write \(first.path == "/" ? "" : first.path)/(.*) as the path and \(target == "/" ? "" : target)/$1 as the target"
        )
      }
    })
}
