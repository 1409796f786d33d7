import Arrivals
import Curl
import Foundation
import LoadGeneration
import Profiles
import RunTimeline
import Units

/// Turns what a profile asks for into what the generator does on the wall clock.
struct LoadPlanning {
  let profile: Profile
  let timeScale: Double
  /// Environment that templates may read; read once, so that no value is looked up during the run.
  let environment: [String: String]

  /// Run time that one interval of the recording covers: a second, but at least 250 ms on the wall.
  var intervalLength: Duration {
    let shortest = Duration.milliseconds(250) * timeScale
    return shortest <= .seconds(1) ? .seconds(1) : .seconds(shortest.seconds.rounded(.up))
  }

  /// - Parameter connectTo: where the simulated Ingress listens; the profile's own setting wins.
  func plan(connectTo: String?) throws(HarnessError) -> LoadPlan {
    let target = profile.target
    let phases = profile.load.phases.map {
      LoadPhase(
        name: $0.name, duration: $0.duration / timeScale, startRate: $0.startRate, endRate: $0.endRate)
    }
    let process: ArrivalProcess =
      profile.load.arrivals == .poisson ? .poisson(seed: profile.load.seed) : .uniform
    var routes: [Route] = []
    for request in profile.requests { routes.append(try route(request)) }
    return LoadPlan(
      baseURL: target.url, connectTo: (target.connectTo ?? connectTo).map { [$0] } ?? [],
      httpVersion: target.http == .http2 ? .http2 : .http1_1, tls: Self.tls(target.tls),
      connectTimeout: target.connectTimeout, requestTimeout: target.requestTimeout,
      drainTimeout: target.requestTimeout, routes: routes,
      streams: [
        LoadStream(
          routes: Array(routes.indices), model: .open(ArrivalSchedule(phases: phases, process: process)))
      ],
      interval: intervalLength / timeScale, maxInFlight: target.maxInFlight, maxLateness: target.maxLateness,
      lateAfter: LoadInterval.lateAfter, workers: profile.load.workers ?? 1, seed: profile.load.seed,
      podHeader: target.podHeader, versionHeader: target.versionHeader, failureSamplesPerInterval: 20,
      userAgent: "scaleproof/\(ProgramVersion.text)")
  }

  static func tls(_ settings: Target.TLS) -> TLSSettings {
    TLSSettings(
      verify: settings.verify, authority: settings.caFile.map(PEM.file),
      clientCertificate: settings.clientCertificate.map(PEM.file), clientKey: settings.clientKey.map(PEM.file),
      serverName: settings.serverName)
  }

  private func route(_ request: RequestRoute) throws(HarnessError) -> Route {
    var headers: [(name: String, value: RequestText)] = []
    for header in request.headers { headers.append((header.name, try text(header.value, of: request))) }
    let body: RequestText? = if let template = request.body { try text(template, of: request) } else { nil }
    return Route(
      name: request.name, weight: request.weight, method: request.method, path: try text(request.path, of: request),
      headers: headers, body: body, expectedStatuses: Set(request.expectedStatuses.flatMap(Array.init)))
  }

  private func text(_ template: Template, of request: RequestRoute) throws(HarnessError) -> RequestText {
    var pieces: [RequestText.Piece] = []
    for piece in template.pieces {
      switch piece {
      case .literal(let text): pieces.append(.literal(text))
      case .integer(let range): pieces.append(.integer(in: range))
      case .uuid: pieces.append(.uuid)
      case .sequence: pieces.append(.sequenceNumber)
      case .environment(let name):
        guard let value = environment[name] else {
          throw HarnessError(
            .refused,
            "\(profile.source): the request \(request.name) reads the environment variable \(name), which is not set")
        }
        pieces.append(.literal(value))
      }
    }
    return RequestText(pieces)
  }
}
