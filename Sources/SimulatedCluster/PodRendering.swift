import KubernetesObjects

extension Pod.Status {
  var json: JSONValue {
    var result = JSONMembers()
    result.put("phase", text: phase)
    result.put("conditions", conditions.map { .array($0.map { $0.json(probed: true) }) })
    result.put("hostIP", text: hostIP)
    result.put("nominatedNodeName", text: nominatedNodeName)
    result.put("podIP", text: podIP)
    result.put("podIPs", podIP.map { [["ip": .string($0)]] })
    result.put("startTime", time: startTime)
    result.put("reason", text: reason)
    result.put("message", text: message)
    result.put("containerStatuses", containerStatuses.map { .array($0.map(\.json)) })
    result.put("qosClass", text: "Burstable")
    return result.json
  }
}

extension Pod.ContainerStatus {
  var json: JSONValue {
    var result = JSONMembers()
    result.put("name", text: name)
    result.put("ready", flag: ready ?? false)
    result.put("started", flag: started)
    result.put("restartCount", number: restartCount ?? 0)
    result.put("image", text: image)
    result.put("imageID", text: state?.waiting == nil ? image : "")
    result.put("state", state?.json ?? [:])
    result.put("lastState", lastState?.json ?? [:])
    return result.json
  }
}

extension Pod.ContainerState {
  var json: JSONValue {
    var result = JSONMembers()
    if let waiting {
      var state = JSONMembers()
      state.put("reason", text: waiting.reason)
      state.put("message", text: waiting.message)
      result.put("waiting", state.json)
    }
    if let running {
      var state = JSONMembers()
      state.put("startedAt", time: running.startedAt)
      result.put("running", state.json)
    }
    if let terminated {
      var state = JSONMembers()
      state.put("exitCode", number: terminated.exitCode ?? 0)
      state.put("reason", text: terminated.reason)
      state.put("startedAt", time: terminated.startedAt)
      state.put("finishedAt", time: terminated.finishedAt)
      result.put("terminated", state.json)
    }
    return result.json
  }
}
