import KubernetesObjects

extension Check {
  static let quotaNeedsAmounts = Check(
    "quota-needs-amounts", .blocking,
    meaning:
      "A quota bounds requests or limits of a resource, and a container says none: the API server refuses each pod.",
    remedy: "Give the container the amount, or the namespace a LimitRange with a default.",
    needs: [.present("ResourceQuota"), .kind("LimitRange")],
    ofWorkload: { examination in
      var symptoms: [Symptom] = []
      for quota in examination.all("ResourceQuota")
      where quota.spec["scopes"] == nil && quota.spec["scopeSelector"] == nil {
        for key in (quota.spec["hard"]?.object ?? [:]).keys.sorted() {
          let bare = key == "cpu" || key == "memory"
          let parts = bare ? ["requests", key] : key.split(separator: ".", maxSplits: 1).map(String.init)
          guard parts.count == 2, ["requests", "limits"].contains(parts[0]), ["cpu", "memory"].contains(parts[1]),
            examination.podAmount(parts[0], parts[1]) == nil,
            let container = examination.containers.first(where: {
              examination.amount(parts[0], parts[1], of: $0) == nil
            })
          else { continue }
          let field = "\(container.path).resources.\(parts[0]).\(parts[1])"
          symptoms.append(
            Symptom(
              examination.object, field,
              "the container \(container.name) says no \(key), which \(quota.title) bounds: the API server refuses each of the "
                + "\(examination.countsText) pods", fix: "write \(field)"))
        }
      }
      return symptoms
    })
}
