import KubernetesObjects

extension Check {
  static let limitRangeRefuses = Check(
    "limitrange-refuses", .blocking,
    meaning: "A container lies outside the bounds of a LimitRange: the API server refuses each new pod.",
    remedy: "Bring requests and limits of the container within the bounds.", needs: [.present("LimitRange")],
    ofWorkload: { examination in
      var symptoms: [Symptom] = []
      for range in examination.all("LimitRange") {
        for (index, limit) in (range.spec["limits"]?.array ?? []).enumerated()
        where limit["type"]?.string == "Container" {
          for container in examination.containers {
            symptoms += examination.refusals(of: container, by: limit, at: index, in: range)
          }
        }
      }
      return symptoms
    })
}

extension Examination {
  fileprivate func refusals(
    of container: ExaminedContainer, by limit: JSONValue, at index: Int, in range: KnownObject
  ) -> [Symptom] {
    var symptoms: [Symptom] = []
    func refuse(_ list: String, _ resource: String, _ amount: Int64, _ bound: Int64, _ name: String) {
      symptoms.append(
        Symptom(
          object, "\(container.path).resources.\(list).\(resource)",
          "the container \(container.name) has \(list) of \(Texts.amount(amount, of: resource)) \(resource), and "
            + "\(range.title) has a \(name) of \(Texts.amount(bound, of: resource)): the API server refuses each of the "
            + "\(countsText) pods",
          fix: "bring \(container.path).resources.\(list).\(resource) to the \(name) of spec.limits[\(index)].\(name)"))
    }
    for (resource, bound) in (limit["min"]?.object ?? [:]).sorted(by: { $0.key < $1.key }) {
      if let least = bound.milli, let request = amount("requests", resource, of: container), request < least {
        refuse("requests", resource, request, least, "min")
      }
    }
    for (resource, bound) in (limit["max"]?.object ?? [:]).sorted(by: { $0.key < $1.key }) {
      guard let most = bound.milli else { continue }
      if let amount = amount("limits", resource, of: container), amount > most {
        refuse("limits", resource, amount, most, "max")
      } else if let amount = amount("requests", resource, of: container), amount > most {
        refuse("requests", resource, amount, most, "max")
      }
    }
    return symptoms
  }
}
