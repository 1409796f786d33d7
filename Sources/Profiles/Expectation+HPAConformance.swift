import Units

extension Expectation.HPAConformance {
  init?(_ body: Field) {
    guard let members = body.members(known: ["syncPeriod", "downscaleStabilization"]) else { return nil }
    self.init(
      syncPeriod: members["syncPeriod"]?.duration(atLeast: .seconds(1)),
      downscaleStabilization: members["downscaleStabilization"]?.duration())
  }
}
