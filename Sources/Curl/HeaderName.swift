/// The name of a response header in the form that libcurl takes, made once so that looking a header up allocates nothing.
package struct HeaderName: Sendable {
  let terminated: [CChar]

  /// - Parameter name: in any case.
  package init(_ name: String) {
    terminated = Array(name.utf8CString)
  }
}
