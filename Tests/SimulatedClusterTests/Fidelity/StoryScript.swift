import Foundation
import KubernetesObjects
import TestRecordings

/// What was done to a cluster while it was recorded, as far as the watched objects do not show it.
struct StoryScript: Codable, Sendable {
  /// Seconds and requests per second from then on.
  struct Rate: Codable, Sendable {
    let at: Double
    let rate: Double
  }

  struct Deed: Codable, Sendable {
    enum Kind: String, Codable, Sendable {
      case failMetrics, serveMetrics, stopControllers, startControllers, createQuota, deleteQuota
    }

    let at: Double
    let deed: Kind
    /// Of a quota: its name, and its hard limits.
    var name: String?
    var hard: [String: String]?
  }

  /// When metrics were taken: any one of the instants, in seconds.
  var metricsAt: Double
  /// By name of the service.
  var load: [String: [Rate]]
  var deeds: [Deed]?

  /// The scripts that are written down, by recording.
  static func written() throws -> [String: StoryScript] {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Resources/fidelity/stories.json")
    return try JSONDecoder().decode([String: StoryScript].self, from: Data(contentsOf: file))
  }
}
