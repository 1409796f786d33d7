import Foundation
import RunTimeline
import Testing

@Suite("Values of environment variables")
struct EnvironmentTextTests {
  @Test("are left out of what a recording keeps, at whatever depth, and nothing else is")
  func redacted() throws {
    let object = """
      {"kind":"Deployment","metadata":{"name":"web"},"spec":{"replicas":3,"template":{"spec":{"containers":[\
      {"name":"web","env":[{"name":"PASSWORD","value":"hunter2"},{"name":"PORT","valueFrom":{"fieldRef":{}}}],\
      "args":["value"]}]}}},"status":{"replicas":3}}
      """

    let text = String(decoding: try ObjectText.stripped(Data(object.utf8)), as: UTF8.self)

    #expect(text == object.replacingOccurrences(of: "\"hunter2\"", with: "\"REDACTED\""))
  }
}
