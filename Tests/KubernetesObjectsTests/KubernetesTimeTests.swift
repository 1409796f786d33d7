import KubernetesObjects
import Testing

@Suite("Times")
struct KubernetesTimeTests {
  @Test(
    "RFC 3339 is read to the microsecond",
    arguments: [
      ("1970-01-01T00:00:00Z", 0), ("2026-11-23T18:24:18Z", 1_795_458_258_000_000),
      ("2026-11-23T18:24:18.5Z", 1_795_458_258_500_000), ("2026-11-23T18:24:18.123456789Z", 1_795_458_258_123_456),
      ("2026-11-23T20:24:18+02:00", 1_795_458_258_000_000), ("2026-11-23T12:54:18-05:30", 1_795_458_258_000_000),
      ("2024-02-29T23:59:60Z", 1_709_251_200_000_000), ("0001-01-01T00:00:00Z", -62_135_596_800_000_000),
    ] as [(String, Int64)])
  func reads(text: String, microseconds: Int64) {
    #expect(KubernetesTime(text: text)?.microseconds == microseconds)
  }

  @Test(
    "What is no time is refused",
    arguments: [
      "", "now", "2026-11-23", "2026-11-23T18:24:18", "2026-13-01T00:00:00Z", "2026-11-23T25:00:00Z",
      "2026-11-23T18:24:18.Z", "2026-11-23T18:24:18Zx", "2026-11-23T18:24:18+0200",
    ])
  func refuses(text: String) {
    #expect(KubernetesTime(text: text) == nil)
  }

  @Test("A time prints as it was written")
  func prints() {
    for text in ["2026-11-23T18:24:18Z", "2026-11-23T18:24:18.000500Z", "1969-12-31T23:59:59Z", "2000-02-29T00:00:00Z"]
    {
      #expect(KubernetesTime(text: text)?.description == text)
    }
  }

  @Test("Days are counted right over four centuries")
  func days() {
    for day in stride(from: Int64(-70_000), to: 80_000, by: 1) {
      let time = KubernetesTime(seconds: day * 86_400)
      guard KubernetesTime(text: time.description) == time else {
        Issue.record("day \(day) prints as \(time)")
        return
      }
    }
  }
}
