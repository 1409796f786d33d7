import Curl

/// The header lines of a route, for libcurl: made once when all requests are the same, else for each request anew.
final class HeaderLines {
  private(set) var list = TextList()
  private let route: Route
  let isConstant: Bool
  private let namesContentType: Bool
  /// Reused from request to request.
  private var line: [UInt8] = []

  init(_ route: Route) throws(CurlError) {
    self.route = route
    isConstant = route.headers.allSatisfy(\.value.isLiteral)
    namesContentType = route.headers.contains { $0.name.lowercased() == "content-type" }
    if isConstant {
      var nothing = RequestText.Context.none
      try render(&nothing)
    }
  }

  func render(_ context: inout RequestText.Context) throws(CurlError) {
    list.removeAll()
    for header in route.headers {
      line.removeAll(keepingCapacity: true)
      line.append(contentsOf: header.name.utf8)
      line.append(UInt8(ascii: ":"))
      line.append(UInt8(ascii: " "))
      let valueStart = line.count
      header.value.render(into: &line, place: .plain, &context)
      if line[valueStart...].allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }) {
        // So libcurl wants a header without a value; with a colon it would leave the header out.
        line.removeSubrange((valueStart - 2)...)
        line.append(UInt8(ascii: ";"))
      }
      line.append(0)
      try list.append(terminatedBytes: line)
    }
    guard route.body != nil else { return }
    // What libcurl adds to a body by itself: a type that is hardly ever right, and a wait before large ones.
    try list.append("Expect:")
    if !namesContentType { try list.append("Content-Type:") }
  }
}
