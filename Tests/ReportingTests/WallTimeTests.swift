import Testing

@testable import Reporting

@Suite("Times on the wall, as texts")
struct WallTimeTests {
  @Test("have three digits, of which a half is always rounded up")
  func halves() {
    let unequal = (100..<999).map { hundredths in
      let up = hundredths + 1
      let expected = "\(up / 100).\(up / 10 % 10)\(up % 10) ms"
      return (text: WallTime(.nanoseconds(hundredths * 10_000 + 5_000)).text, expected: expected)
    }.filter { $0.text != $0.expected }

    #expect(unequal.isEmpty, "\(unequal.prefix(5))")
  }

  @Test(
    "change their unit where the digits do",
    arguments: [
      (0, "0 µs"), (999_499, "999 µs"), (999_500, "1.00 ms"), (9_994_999, "9.99 ms"), (9_995_000, "10.0 ms"),
      (99_949_999, "99.9 ms"), (99_950_000, "100 ms"), (999_499_999, "999 ms"), (999_500_000, "1.00 s"),
      (61_234_000_000, "61.23 s"),
    ])
  func units(nanoseconds: Int, text: String) {
    #expect(WallTime(.nanoseconds(nanoseconds)).text == text)
  }
}
