extension Check {
  static let clockOffset = Check(
    "clock-offset", .warning,
    meaning:
      "The clock here and that of the API server differ: times of objects cannot be compared with those of requests.",
    remedy: "Set the clock here by NTP.", needs: [.clock],
    ofSurroundings: { patient in
      guard let offset = patient.facts.clock?.offset else { return [] }
      let least = max(offset.lowerBound, -offset.upperBound, 0)
      guard least > 2 else { return [] }
      let direction = offset.lowerBound > 0 ? "ahead of" : "behind"
      return [
        Symptom(
          about: "clock",
          "the API server's clock is at least \(Int(least.rounded())) s \(direction) the one here, and instants are judged to the second",
          fix: "set the clock of this machine by NTP, as with timedatectl set-ntp true")
      ]
    })
}
