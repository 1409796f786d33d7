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
    result.put("metric", ["name": .string(metric.name)])
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
