/// The profile of one step of a probe.
package struct ProbeProfile: Sendable, Equatable {
  package let text: String

  /// - Parameters:
  ///   - rate: requests a second.
  ///   - seconds: wall time.
  package init(_ request: ProfileRequest, rate: Double, seconds: Double) {
    let lines =
      ["apiVersion: scaleproof/v1", "kind: Profile", "metadata: {name: probe}"] + ProfileText.targetLines(of: request)
      + [
        "requests:", "  - {name: probed, path: \(ProfileText.scalar(request.path))}", "load:", "  phases:",
        "    - {name: probe, for: \(Figure.duration(seconds)), rate: \(Figure.text(rate, digits: 6))/s}",
        "expectations: []",
      ]
    text = lines.joined(separator: "\n") + "\n"
  }
}
