/// The workload that an action or an expectation is about, by `of: NAME`.
struct WorkloadChoice {
  let name: String?

  /// Reads `of`, which is needed only where a profile names several workloads.
  ///
  /// - Parameters:
  ///   - members: of the action or the expectation.
  ///   - known: the names of the profile's workloads; empty where its one workload has none.
  init(_ members: Members, among known: [String], what: String) {
    guard let field = members["of"] else {
      if known.count > 1 {
        members.field.report(
          "the profile watches several workloads, and nothing says of which \(what) is",
          hint: "add of: with one of \(known.joined(separator: ", "))")
      }
      name = known.count == 1 ? known.first : nil
      return
    }
    guard let text = field.text() else {
      name = nil
      return
    }
    if known.isEmpty {
      field.report(
        "the profile names no workloads", hint: "leave of out: there is only one workload that can be meant")
    } else if !known.contains(text) {
      field.report("there is no workload named \"\(text)\"", hint: Field.hint(for: text, among: known))
    }
    name = text
  }
}
