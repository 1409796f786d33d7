import KubernetesObjects
import Units

extension MetricStatus {
  var json: JSONValue {
    var result = JSONMembers()
    result.put("type", text: type)
    result.put("resource", resource?.json)
    result.put("containerResource", containerResource?.json)
    result.put("pods", pods?.json)
    result.put("object", object?.json)
    result.put("external", external?.json)
    return result.json
  }
}

extension MetricStatus.Resource {
  var json: JSONValue {
    var result = JSONMembers()
    result.put("name", text: name)
    result.put("container", text: container)
    result.put("current", current.json)
    return result.json
  }
}

extension MetricStatus.Named {
  var json: JSONValue {
    var result = JSONMembers()
    result.put("metric", metric.json)
    result.put("current", current.json)
    if let describedObject {
      var reference = JSONMembers()
      reference.put("apiVersion", text: describedObject.apiVersion)
      reference.put("kind", text: describedObject.kind)
      reference.put("name", text: describedObject.name)
      result.put("describedObject", reference.json)
    }
    return result.json
  }
}

extension MetricStatus.Current {
  var json: JSONValue {
    var result = JSONMembers()
    result.put("value", text: value?.quantity.description)
    result.put("averageValue", text: averageValue?.quantity.description)
    result.put("averageUtilization", number: averageUtilization)
    return result.json
  }
}

extension MetricIdentifier {
  var json: JSONValue {
    var result = JSONMembers(["name": .string(name)])
    result.put("selector", selector?.json)
    return result.json
  }
}

extension LabelSelector {
  /// The same, with `a=b` of a text among the labels and not among the expressions.
  var withEqualitiesAsLabels: LabelSelector {
    var result = self
    var labels = matchLabels ?? [:]
    result.matchExpressions = (matchExpressions ?? []).filter { requirement in
      guard requirement.operator == "In", let values = requirement.values, values.count == 1 else { return true }
      labels[requirement.key] = values[0]
      return false
    }
    result.matchLabels = labels
    return result
  }

  var json: JSONValue {
    var result = JSONMembers()
    if let matchLabels, !matchLabels.isEmpty { result.put("matchLabels", texts: matchLabels) }
    if let matchExpressions, !matchExpressions.isEmpty {
      result.put(
        "matchExpressions",
        .array(
          matchExpressions.map { requirement in
            var json = JSONMembers(["key": .string(requirement.key), "operator": .string(requirement.operator)])
            json.put("values", requirement.values.map { .array($0.map { .string($0) }) })
            return json.json
          }))
    }
    return result.json
  }
}
