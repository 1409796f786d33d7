import Testing

@testable import Expectations

@Suite("Lengths of time in findings")
struct PlainTextTests {
  @Test(
    "are rounded as people read them",
    arguments: [
      (Duration.microseconds(58_123_456), "58.1s"), (.seconds(300), "5m0s"), (.milliseconds(12), "12ms"),
      (.microseconds(12_345), "12.3ms"), (.seconds(90), "90s"), (.milliseconds(598_800), "9m58.8s"),
      (.seconds(3_725), "1h2m5s"), (.zero, "0s"), (.milliseconds(-1500), "-1.5s"),
    ])
  func plain(length: Duration, text: String) {
    #expect(length.plain == text)
  }
}
