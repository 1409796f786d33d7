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
    var telling = try StoryTelling(recorded, script: written ?? recorded.derivedScript())
    let differences = StoryComparison.differences(recorded: recorded, simulated: telling.told())
    compared.withLock { $0[name] = differences }
    return differences
  }

  @Test("Rescales, conditions, events, rollout steps and fields are those recorded", arguments: Recordings.all)
  func story(_ name: String) throws {
    let differences = try Self.differences(in: name)
    let known = try KnownDifference.written()
    func isKnown(_ difference: StoryDifference) -> Bool { known.contains { $0.explains(difference, in: name) } }
    print("\(name):\n\(StoryComparison.table(differences, known: isKnown))")
    let new = differences.filter { !isKnown($0) }
    #expect(new.isEmpty, "\(new.count) differences that are not known")
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

  @Test("What a recording tells of its load and deeds is enough to rescale alike", arguments: Recordings.all)
  func derived(_ name: String) throws {
    let recorded = try ToldStory.recorded(name)
    var telling = try StoryTelling(recorded, script: recorded.derivedScript())
    let differences = StoryComparison.differences(recorded: recorded, simulated: telling.told())
    print("\(name), derived:\n\(StoryComparison.table(differences) { _ in true })")
    let rescales = differences.filter { $0.aspect == .rescales }
    #expect(rescales.isEmpty)
  }
}
