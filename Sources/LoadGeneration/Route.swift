import LoadDriving

/// One kind of request.
package struct Route: Sendable {
  package var name: String
  /// Its share of the requests is its weight by the sum of all weights; at least 1.
  package var weight: Int
  package var method: String
  /// Path and query, beginning with a slash, already percent-encoded.
  package var path: RequestText
  package var headers: [(name: String, value: RequestText)]
  package var body: RequestText?
  /// The statuses that pass; empty for all of 2xx and 3xx.
  package var expectedStatuses: Set<Int>
  /// What else an answer with such a status must have.
  package var checks: AnswerChecks

  package init(
    name: String, weight: Int = 1, method: String = "GET", path: RequestText,
    headers: [(name: String, value: RequestText)] = [], body: RequestText? = nil, expectedStatuses: Set<Int> = [],
    checks: AnswerChecks = AnswerChecks()
  ) {
    self.name = name
    self.weight = weight
    self.method = method
    self.path = path
    self.headers = headers
    self.body = body
    self.expectedStatuses = expectedStatuses
    self.checks = checks
  }

  /// Whether all requests of the route are the same.
  var isConstant: Bool { path.isLiteral && body?.isLiteral != false && headers.allSatisfy(\.value.isLiteral) }

  var expected: ExpectedStatuses { ExpectedStatuses(expectedStatuses) }
}
