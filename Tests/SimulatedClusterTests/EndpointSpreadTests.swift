import KubernetesObjects
import Testing

@testable import SimulatedCluster

@Suite("How endpoints are spread over slices")
struct EndpointSpreadTests {
  private static func endpoints(_ numbers: [Int], ready: Bool = true) -> [EndpointSlice.Endpoint] {
    numbers.map { number in
      EndpointSlice.Endpoint(
        address: "10.0.0.\(number)", ready: ready, serving: ready, terminating: false,
        pod: EndpointSlice.Reference(pod: "web-\(number)", namespace: "shop", uid: "\(number)"), nodeName: nil)
    }
  }

  private static func numbers(_ endpoints: [EndpointSlice.Endpoint]) -> [Int] {
    endpoints.compactMap { $0.targetRef?.uid.flatMap { Int($0) } }
  }

  @Test(
    "each stays where it is; new ones go where something changes, where they fill a slice best, or into new slices",
    arguments: [
      ([], [], [], [[]]),
      ([], [1], [], [[1]]),
      ([], [1, 2, 3, 4, 5], [], [[1, 2, 3], [4, 5]]),
      ([[]], [1, 2], [[1, 2]], []),
      ([[]], [], [[]], []),
      ([[1, 2]], [], [[]], []),
      ([[1, 2], [3]], [], [[], nil], []),
      ([[1, 2], [3]], [1, 2], [[1, 2], nil], []),
      ([[1, 2]], [1, 2, 3], [[1, 2, 3]], []),
      ([[1, 2]], [3, 4], [[3, 4]], []),
      ([[1], [2, 3]], [1, 2, 3, 4], [[1], [2, 3, 4]], []),
      ([[1], [2, 3]], [1, 2, 3, 4, 5], [[1, 4, 5], [2, 3]], []),
      ([[1, 2], [3, 4]], [1, 2, 3, 4, 5, 6], [[1, 2], [3, 4]], [[5, 6]]),
      ([[1, 2], [3, 4, 5]], [1, 2, 3, 4, 6, 7], [[1, 2, 7], [3, 4, 6]], []),
      ([[1, 2, 3], [4, 5, 6]], [1, 4, 5, 7, 8, 9], [[1, 8, 9], [4, 5, 7]], []),
      ([[1, 2], [3, 4]], [1, 2, 3, 4, 5, 6, 7, 8], [[1, 2, 8], [3, 4]], [[5, 6, 7]]),
    ] as [([[Int]], [Int], [[Int]?], [[Int]])])
  func spread(slices: [[Int]], wanted: [Int], kept: [[Int]?], made: [[Int]]) {
    let spread = EndpointSpread(Self.endpoints(wanted), over: slices.map { Self.endpoints($0) }, most: 3)

    #expect(spread.kept.map { $0.map(Self.numbers) } == kept)
    #expect(spread.made.map(Self.numbers) == made)
  }
}
