import KubernetesClient
import KubernetesObjects
import Testing

@Suite("The Date header")
struct HTTPDateTests {
  @Test("an IMF-fixdate is read to the second")
  func fixdate() {
    #expect(HTTPDate.parse("Mon, 23 Nov 2026 18:00:02 GMT")?.description == "2026-11-23T18:00:02Z")
  }

  @Test("anything else is no date", arguments: ["", "yesterday", "Mon, 23 Nov 2026", "Mon, 3 Foo 2026 18:00:02 GMT"])
  func others(text: String) {
    #expect(HTTPDate.parse(text) == nil)
  }
}
