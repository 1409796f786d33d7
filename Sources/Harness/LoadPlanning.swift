import Arrivals
import Curl
import LoadDriving
import LoadFacts
import LoadGeneration
import Profiles
import RunTimeline
import Units

/// Turns what a profile asks for into what the generator does on the wall clock, and tells in run time.
struct LoadPlanning {
  let profile: Profile
  let files: RequestFiles
  let timeScale: Double
  /// Environment that templates may read; read once, so that no value is looked up during the run.
  let environment: [String: String]

  /// The intervals of the recording, in run time: each covers a second, but at least 250 ms on the wall, where phases allow
  /// it.
  var countingIntervals: CountingIntervals {
    let shortest = Duration.milliseconds(250) * timeScale
    return profile.load.countingIntervals(
      of: shortest <= .seconds(1) ? .seconds(1) : .seconds(shortest.seconds.rounded(.up)))
  }

  /// - Parameter connectTo: where the simulated Ingress listens; the profile's own setting wins.
  func plan(connectTo: String?) throws(HarnessError) -> LoadPlan {
    let target = profile.target
    let destinations = target.connectTo.isEmpty ? [connectTo].compactMap(\.self) : target.connectTo
    let proxies = ProxyEnvironment(environment)
    let requests = RequestPlanning(profile: profile, files: files, environment: environment)
    var routes: [Route] = []
    for request in profile.requests { routes.append(try requests.route(request)) }
    return LoadPlan(
      baseURL: target.url, connectTo: destinations, proxy: try proxy(destinations, proxies), proxies: proxies,
      httpVersion: Self.version(target.http), tls: Self.tls(target.tls), connectTimeout: target.connectTimeout,
      requestTimeout: target.requestTimeout, drainTimeout: target.requestTimeout, routes: routes,
      streams: profile.load.streams.indices.map(stream),
      feeds: requests.feeds, connections: Self.connections(target.connections),
      acceptsGzip: target.compression == .gzip, redirects: target.redirects,
      intervals: countingIntervals, timeScale: timeScale,
      maxInFlight: target.connections.maxInFlight, maxLateness: target.connections.maxLateness,
      lateAfter: LoadInterval.lateAfter, workers: profile.load.workers ?? 1, seed: profile.load.seed,
      podHeader: target.podHeader, versionHeader: target.versionHeader, failureSamplesPerInterval: 20,
      userAgent: "scaleproof/\(ProgramVersion.number)")
  }

  /// The proxy that the environment asks for; `nil` where none is, or where the target or every address that is connected
  /// to in its place is reached directly.
  private func proxy(_ destinations: [String], _ proxies: ProxyEnvironment) throws(HarnessError) -> Proxy? {
    let url = profile.target.url
    do throws(ProxyEnvironment.Problem) {
      guard let proxy = try proxies.proxy(url: url) else { return nil }
      if destinations.isEmpty { return proxy }
      let scheme = url.prefix { $0 != ":" }
      for destination in destinations {
        if let proxy = try proxies.proxy(url: "\(scheme)://\(destination)") { return proxy }
      }
      return nil
    } catch {
      throw HarnessError(.refused, "\(profile.source): target.url: \(error)")
    }
  }

  static func version(_ version: Target.HTTPVersion) -> HTTPVersion {
    switch version {
    case .http1: .http1_1
    case .http2: .http2
    case .http2ClearText: .http2ClearText
    }
  }

  static func tls(_ settings: Target.TLS) -> TLSSettings {
    TLSSettings(
      verify: settings.verify, authority: (settings.caFile?.path).map(PEM.file),
      clientCertificate: (settings.clientCertificate?.path).map(PEM.file),
      clientKey: (settings.clientKey?.path).map(PEM.file),
      serverName: settings.serverName, minimumVersion: settings.minimumVersion == .tls13 ? .tls13 : .tls12,
      resumesSessions: settings.sessionResumption)
  }

  private static func connections(_ policy: ConnectionSettings) -> ConnectionPolicy {
    ConnectionPolicy(
      reuse: policy.reuse, minimum: policy.min, maximum: policy.max, maximumAge: policy.maxAge,
      maximumRequests: policy.maxRequests, choice: policy.choice == .spread ? .leastRecentlyUsed : .mostRecentlyUsed,
      streams: policy.streams, lookupInterval: policy.resolveEvery)
  }

  private func stream(_ index: Int) -> LoadStream {
    let stream = profile.load.streams[index]
    let model: LoadStream.Model =
      switch stream.model {
      case .open(_, let phases):
        .open(
          profile.load.schedule(ofStream: index, timeScale: timeScale)
            ?? ArrivalSchedule(phases: phases, process: .uniform))
      case .closed(let phases):
        .closed(
          zip(phases, profile.load.wallLengths(ofStream: index, timeScale: timeScale)).map { phase, length in
            UserPhase(name: phase.name, duration: length, users: phase.users, think: phase.think)
          })
      }
    return LoadStream(
      routes: profile.requests.indices.filter { stream.requests.contains(profile.requests[$0].name) }, model: model)
  }
}
