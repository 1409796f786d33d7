/// The form of a profile as a JSON Schema (draft 7), for editors and other programs: keys, forms of values, defaults.
///
/// It refuses nothing that ``ProfileReader`` takes. Rules between parts of a profile, such as names of phases that an
/// expectation refers to, are the reader's alone.
package enum ProfileSchema {
  /// The schema, ending without a line break.
  package static var text: String {
    let text = String(decoding: PackageResources.ProfileSchema_json, as: UTF8.self)
    return text.hasSuffix("\n") ? String(text.dropLast()) : text
  }

  /// The schema with a `$comment` as its first member.
  ///
  /// - Parameter comment: words, digits and punctuation without quotes and backslashes.
  package static func text(comment: String) -> String { "{\n \"$comment\": \"\(comment)\",\(text.dropFirst())" }
}
