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
    guard profile.load.streams.count == 1, let schedule = profile.load.schedule(ofStream: 0, timeScale: timeScale)
    else {
      throw HarnessError(.refused, "\(profile.source): load: only one stream with rates can be sent so far")
    }
    var routes: [Route] = []
    for request in profile.requests { routes.append(try route(request)) }
    return LoadPlan(
      baseURL: target.url, connectTo: target.connectTo.first ?? connectTo,
      httpVersion: target.http == .http2 ? .http2 : .http1_1, tls: Self.tls(target.tls),
      connectTimeout: target.connectTimeout, requestTimeout: target.requestTimeout,
      drainTimeout: target.requestTimeout, routes: routes,
      schedule: schedule,
      interval: intervalLength / timeScale, maxInFlight: target.connections.maxInFlight,
      maxLateness: target.connections.maxLateness,
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
    var body: RequestText?
    switch request.body {
    case .template(let template)?: body = try text(template, of: request)
    case .file(_, let place)?:
      throw HarnessError(.refused, place.problem("a body from a file cannot be sent so far").description)
    case nil: break
    }
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
      case .column, .time:
        throw HarnessError(
          .refused, "\(profile.source): the request \(request.name) uses csv or time, which cannot be sent so far")
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
