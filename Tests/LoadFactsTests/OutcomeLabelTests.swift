import LoadFacts
import Testing

@Suite("What the text of an outcome tells of who may have caused it")
struct OutcomeLabelTests {
  private static let labels: [String] =
    TransferFailure.allCases.map(\.rawValue)
    + ["dropped", "dropped: machine", "dropped: target", "stopped", "unfinished", "200", "408", "429", "503"]
    + FailedCheck.allCases.map { Outcome.check($0).text }

  @Test("every outcome is in just those classes that the rules of reports name")
  func classes() {
    func members(_ belongs: (String) -> Bool) -> Set<String> { Set(Self.labels.filter(belongs)) }

    #expect(members(OutcomeLabel.isDropped) == ["dropped", "dropped: machine", "dropped: target"])
    #expect(members(OutcomeLabel.isUntold) == ["dropped", "dropped: machine", "local limit", "stopped"])
    #expect(members(OutcomeLabel.isTimeout) == ["connect timeout", "tls timeout", "read timeout", "unfinished"])
    #expect(
      members(OutcomeLabel.isBroken) == [
        "reset before response", "reset during response", "idle connection closed", "empty reply", "tls handshake",
        "http2 stream error", "http2 goaway", "408",
      ])
    #expect(
      members(OutcomeLabel.isOverload)
        == members(OutcomeLabel.isTimeout).union(members(OutcomeLabel.isBroken)).union([
          "429", "503", "dropped: target",
        ]))
    #expect(
      members(OutcomeLabel.isAnswered)
        == Set(Self.labels.filter { $0.count == 3 && Int($0) != nil || $0.hasPrefix("check failed") }))
  }
}
