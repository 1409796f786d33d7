import Testing

@testable import Reporting

@Suite("Instants of run time, as texts")
struct RunTimeTextTests {
  @Test(
    "are told to the nearest second, so that what came moments early bears the time that it was planned for",
    arguments: [
      (179_970, "03:00"), (180_000, "03:00"), (180_020, "03:00"), (179_400, "02:59"), (3_599_600, "1:00:00"),
      (-5, "00:00"), (0, "00:00"),
    ])
  func nearest(milliseconds: Int, text: String) {
    #expect(Duration.milliseconds(milliseconds).clock == text)
  }
}
