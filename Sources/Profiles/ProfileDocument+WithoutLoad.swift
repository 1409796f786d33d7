import KubernetesObjects
import Units

extension ProfileDocument {
  /// What judges a recording that no load was sent in: some of the expectations, about one workload, over one phase.
  ///
  /// - Parameters:
  ///   - cluster: the workload that is recorded.
  ///   - phase: the name of the phase, as long as the recording is to be.
  ///   - expectations: indices of those that are kept.
  package func withoutLoad(
    cluster: ClusterReference, phase: String, length: Duration, keeping expectations: [Int]
  ) -> ProfileDocument {
    var document = self
    let place = YAMLNode.Place(source: source)
    func text(_ text: String) -> YAMLNode { YAMLNode(content: .scalar(text, plain: false), place: place) }
    func mapping(_ entries: [(String, YAMLNode)]) -> YAMLNode {
      YAMLNode(
        content: .mapping(entries.map { YAMLNode.Entry(key: $0.0, keyPlace: place, value: $0.1) }), place: place)
    }
    func list(_ elements: [YAMLNode]) -> YAMLNode { YAMLNode(content: .sequence(elements), place: place) }

    let kept = root["expectations"]?.elements ?? []
    var workload = [("workload", text(cluster.workload.text))]
    if let namespace = cluster.namespace { workload.append(("namespace", text(namespace))) }
    if let autoscaler = cluster.autoscaler { workload.append(("hpa", text(autoscaler))) }
    document.replace([
      // Nobody's host: there is nothing that load could be sent to by mistake.
      ("target", mapping([("url", text("http://recorded.invalid"))])),
      ("cluster", mapping(workload)),
      ("requests", list([mapping([("name", text("none")), ("path", text("/"))])])),
      ("data", nil), ("actions", nil), ("abortOn", nil), ("incident", nil),
      (
        "load",
        mapping([
          ("phases", list([mapping([("name", text(phase)), ("for", text(length.text)), ("rate", text("1/s"))])]))
        ])
      ),
      ("expectations", list(expectations.filter(kept.indices.contains).map { kept[$0] })),
    ])
    return document
  }
}
