/// One kind of request and its share of the load.
package struct RequestRoute: Sendable, Equatable {
  package var name: String
  package var weight: Int
  package var method: String
  package var path: Template
  package var headers: [Header]
  package var body: Template?
  /// Statuses that count as success.
  package var expectedStatuses: [ClosedRange<Int>]

  package struct Header: Sendable, Equatable {
    package var name: String
    package var value: Template
  }
}
