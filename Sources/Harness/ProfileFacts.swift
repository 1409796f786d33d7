import ApplicationNature
import Doctor
import Foundation
import KubernetesObjects
import Profiles
import Units

extension Facts {
  /// What a profile and this machine tell; a profile without load tells nothing.
  init(_ profile: Profile?) {
    self.init()
    machine = MachineFacts.read()
    guard let profile else { return }
    let most = LoadCapacity.most(of: profile)
    load = Load(
      host: URLComponents(string: profile.target.url)?.host ?? "", peakRate: most.rate, connections: most.connections,
      addresses: max(profile.target.connectTo.count, 1), requestTimeout: profile.target.requestTimeout.seconds)
  }

  /// The same with what the profile's simulated cluster is like.
  init(_ profile: Profile, simulation: Simulation) {
    self.init(profile)
    servedMetrics = Set(simulation.metrics.keys)
    startSeconds = simulation.application.applied(to: Application()).start.seconds
  }
}

extension Facts.Rights {
  init(_ missing: [MissingRight]) {
    self.init(missing: missing.map { Missing(sentence: $0.sentence, rule: $0.fix) })
  }
}
