import Foundation
import KubernetesObjects
import Testing

@Suite("Whether a ConfigMap or Secret holds something else, by who owns which of its fields")
struct ContentOwnerTests {
  /// An entry of managed fields: `NAME` for updates, `NAME!` for applies; the second; how many members of the data, and whether
  /// `immutable`; neither for an entry of which no fields are kept.
  struct Owner: Sendable {
    let name: String
    let second: Int
    var members: Int?
    var immutable = false

    init(_ name: String, _ second: Int, _ members: Int?, immutable: Bool = false) {
      (self.name, self.second, self.members, self.immutable) = (name, second, members, immutable)
    }

    var json: String {
      let manager = name.replacingOccurrences(of: "!", with: "")
      let operation = name.hasSuffix("!") ? "Apply" : "Update"
      let data = members.map { count in
        #""f:data": {\#((0..<count).map { #""f:\#($0)": {}"# }.joined(separator: ", "))}"#
      }
      let fields = [data, immutable ? #""f:immutable": {}"# : nil].compactMap(\.self).joined(separator: ", ")
      let list = fields.isEmpty ? "" : #", "fieldsV1": {\#(fields)}"#
      return
        #"{"manager": "\#(manager)", "operation": "\#(operation)", "time": "2026-01-01T00:00:\#(10 + second)Z"\#(list)}"#
    }
  }

  private static func object(_ owners: [Owner]) throws -> PartialObject {
    let text = #"{"metadata": {"name": "a", "managedFields": [\#(owners.map(\.json).joined(separator: ", "))]}}"#
    return try JSONDecoder().decode(PartialObject.self, from: Data(text.utf8))
  }

  @Test(
    "an update of data is another content, one of immutable alone is not, and the rest is open",
    arguments: [
      ("the same writer of data", [Owner("a", 0, 2)], [Owner("a", 5, 2)], true),
      ("another writer of data", [Owner("a", 0, 2)], [Owner("a", 0, 1), Owner("b", 5, 1)], true),
      ("data that was not there", [Owner("a", 0, nil)], [Owner("a", 5, 1)], true),
      (
        "immutable by somebody else", [Owner("a", 0, 2)], [Owner("a", 0, 2), Owner("b", 5, nil, immutable: true)], false
      ),
      ("immutable by the writer of data", [Owner("a", 0, 2)], [Owner("a", 5, 2, immutable: true)], nil),
      (
        "data or immutable, which is the writer's already", [Owner("a", 0, 2, immutable: true)],
        [Owner("a", 5, 2, immutable: true)], nil
      ),
      (
        "immutable, with a member taken away", [Owner("a", 0, 2)],
        [Owner("a", 0, 1), Owner("b", 5, nil, immutable: true)], true
      ),
      ("immutable, with all data taken away", [Owner("a", 0, 2)], [Owner("b", 5, nil, immutable: true)], nil),
      (
        "immutable in the second of the data's last write", [Owner("a", 5, 2)],
        [Owner("a", 5, 2), Owner("b", 5, nil, immutable: true)], nil
      ),
      ("a member taken away, which leaves nobody's name", [Owner("a", 0, 2)], [Owner("a", 0, 1)], true),
      ("an apply of the same fields", [Owner("a!", 0, 2)], [Owner("a!", 5, 2)], true),
      ("an apply of more fields, which nobody else owns", [Owner("a!", 0, 1)], [Owner("a!", 5, 2)], true),
      (
        "an apply of more fields, which may be those of others", [Owner("a!", 0, 1), Owner("b", 0, 1)],
        [Owner("a!", 5, 2), Owner("b", 0, 1)], nil
      ),
      ("a first apply of what others own", [Owner("b", 0, 1)], [Owner("a!", 5, 1), Owner("b", 0, 1)], nil),
      (
        "an apply of immutable alone", [Owner("b", 0, 1)], [Owner("a!", 5, nil, immutable: true), Owner("b", 0, 1)],
        false
      ),
      ("no fields are kept", [Owner("a", 0, nil)], [Owner("a", 5, nil)], nil),
      ("nothing has changed", [Owner("a", 0, 1)], [Owner("a", 0, 1)], nil),
    ] as [(String, [Owner], [Owner], Bool?)])
  func content(name: String, before: [Owner], after: [Owner], other: Bool?) throws {
    #expect(try Self.object(after).hasOtherContent(than: Self.object(before)) == other)
  }
}
