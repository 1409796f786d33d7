import KubernetesObjects

extension Check {
  static let probePortUnknown = Check(
    "probe-port-unknown", .blocking,
    meaning: "A probe names a port that its container does not have: it fails for ever.",
    remedy: "Name a port of the container, or write its number.",
    ofWorkload: { examination in
      examination.containers.flatMap { container in
        ["readinessProbe", "livenessProbe", "startupProbe"].compactMap { name -> Symptom? in
          guard let probe = container.probe(name) else { return nil }
          for kind in ["httpGet", "tcpSocket"] {
            guard let port = probe.json[kind]?["port"]?.string, Int(port) == nil else { continue }
            let names = (container.json["ports"]?.array ?? []).compactMap { $0["name"]?.string }
            guard !names.contains(port) else { continue }
            return Symptom(
              examination.object, "\(probe.path).\(kind).port",
              "\(name) asks the port \(port), and the container \(container.name) has "
                + (names.isEmpty ? "no named port" : "only \(Texts.list(names))")
                + ": it fails for ever, in each of \(examination.countsText) pods",
              fix: "write a number in \(probe.path).\(kind).port, or name the port")
          }
          return nil
        }
      }
    })
}
