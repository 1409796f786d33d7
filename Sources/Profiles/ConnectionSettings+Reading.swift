import Units

extension ConnectionSettings {
  init(_ field: Field, http: Target.HTTPVersion?) {
    self.init()
    guard
      let members = field.members(known: [
        "maxInFlight", "maxLateness", "reuse", "min", "max", "maxAge", "maxRequests", "choice", "streams",
        "resolveEvery",
      ])
    else { return }
    maxInFlight = members["maxInFlight"]?.integer(1...1_000_000) ?? maxInFlight
    maxLateness = members["maxLateness"]?.duration() ?? maxLateness
    reuse = members["reuse"]?.bool() ?? reuse
    min = members["min"]?.integer(0...1_000_000) ?? min
    max = members["max"]?.integer(1...1_000_000)
    maxAge = members["maxAge"]?.duration(atLeast: .seconds(1))
    maxRequests = members["maxRequests"]?.integer(1...1_000_000_000)
    choice = members["choice"]?.choice() ?? choice
    streams = members["streams"]?.integer(1...10_000) ?? streams
    resolveEvery = members["resolveEvery"].flatMap(Self.resolveEvery) ?? resolveEvery
    checkReuse(members)
    if let max, min > max, let field = members["min"] {
      field.report("\(min) connections are more than max allows", hint: "write at most \(max), or raise max")
    }
    if min > maxInFlight, let field = members["min"] {
      field.report(
        "\(min) connections are more than the \(maxInFlight) requests that may be in flight",
        hint: "write at most \(maxInFlight), or raise maxInFlight")
    }
    if http == .http1, let field = members["streams"] {
      field.report("HTTP/1.1 has one request at a time on a connection", hint: "leave it out, or write http: \"2\"")
    }
  }

  private func checkReuse(_ members: Members) {
    guard !reuse else { return }
    for key in ["min", "maxAge", "maxRequests", "choice", "streams"] {
      members[key]?.report(
        "\(key) has no meaning with reuse: false, where each request has a connection of its own",
        hint: "leave out \(key), or write reuse: true")
    }
  }

  private static func resolveEvery(_ field: Field) -> Duration? {
    guard let duration = field.duration() else { return nil }
    guard duration == .zero || duration >= .seconds(1) else {
      field.report("\(duration.text) is too short", hint: "write at least 1s, or 0s for never")
      return nil
    }
    return duration
  }
}
