import Profiles
import Testing

@Suite("Kinds about single pods and the direction of the count, as they are written")
struct PodKindReadingTests {
  @Test(
    "refuse in one line what asks for nothing, or for what cannot be",
    arguments: [
      ("podStartup: {}", "nothing is expected"), ("podStartup: {during: run}", "nothing is expected"),
      ("podStartup: {within: 0s}", "expectations[0].podStartup.within: "),
      ("podStartup: {during: terminations, within: 9s}", "comes in several pieces"),
      ("podStartup: {withn: 9s}", "did you mean \"within\"?"),
      ("gracefulExit: {spare: soon}", "expectations[0].gracefulExit.spare: "),
      ("gracefulExit: {during: readiness 5s}", "comes in several pieces"),
      ("gracefulExit: {during: releas}", "there is no phase or action \"releas\""),
      ("flapping: {}", "the key \"reversals\" is missing"), ("flapping: {reversals: few}", "\"few\" is not a count"),
      ("undisturbed: {except: []}", "nobody is named"), ("undisturbed: {except: [\"\"]}", "a writer has a name"),
      ("undisturbed: {except: {a: b}}", "this should be a list"),
      ("undisturbed: {during: outside calm}", "several pieces"),
      ("flapping: {reversals: 1, during: outside calm}", "comes in several pieces"),
    ])
  func refuses(expectation: String, complaint: String) {
    let problems = ProfileText(expectations: "[{name: e, \(expectation)}]").problems()

    #expect(problems.count == 1 && problems[0].contains(complaint), "\(problems)")
  }
}
