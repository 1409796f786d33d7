import KubernetesObjects
import Synchronization
import TestRecordings
import Testing

@Suite("The simulated cluster tells the stories of a real control plane")
struct FidelityTests {
  private static let compared = Mutex<[String: [StoryDifference]]>([:])

  /// The differences between a recording and what the simulated cluster makes of its manifests, load and deeds.
  private static func differences(in name: String) throws -> [StoryDifference] {
    if let known = compared.withLock({ $0[name] }) { return known }
    let recorded = try ToldStory.recorded(name)
    let written = try StoryScript.written()[name]
    if written == nil { print("\(name): no script is written, so load and deeds are taken from the recording") }
    for note in recorded.passedOver() { print("\(name): not told again: \(note)") }
    var telling = try StoryTelling(recorded, script: written ?? recorded.derivedScript())
    let simulated = telling.told()
    print("\(name): \(StoryComparison.summary(recorded: recorded, simulated: simulated))")
    let differences = StoryComparison.differences(recorded: recorded, simulated: simulated)
    compared.withLock { $0[name] = differences }
    return differences
  }

  @Test("Rescales, conditions, events, rollout steps and fields are those recorded", arguments: Recordings.all)
  func story(_ name: String) throws {
    let differences = try Self.differences(in: name)
    let known = try KnownDifference.written()
    func isKnown(_ difference: StoryDifference) -> Bool { known.contains { $0.explains(difference, in: name) } }
    print("\(name):\n\(StoryComparison.table(differences, known: isKnown))")
    #expect(differences.allSatisfy(isKnown))
  }

  @Test("Each difference that is listed as known still occurs")
  func knownOnes() throws {
    for known in try KnownDifference.written() {
      let recordings = known.recordings?.filter(Recordings.all.contains) ?? Recordings.all
      guard !recordings.isEmpty else { continue }
      let occurs = try recordings.contains { name in
        try Self.differences(in: name).contains { known.explains($0, in: name) }
      }
      #expect(occurs, "\(known.aspect) | \(known.subject) | \(known.what)")
    }
  }

  @Test("What a recording tells of its load and deeds is enough to tell it again", arguments: Recordings.all)
  func derived(_ name: String) throws {
    let recorded = try ToldStory.recorded(name)
    var telling = try StoryTelling(recorded, script: recorded.derivedScript())
    let known = try KnownDifference.written()
    let new = StoryComparison.differences(recorded: recorded, simulated: telling.told())
      .filter { difference in !known.contains { $0.explains(difference, in: name) } }
    #expect(new.isEmpty, "\(StoryComparison.table(new) { _ in false })")
  }
}
