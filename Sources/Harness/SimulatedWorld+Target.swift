import Foundation
import Profiles
import SimulatedCluster
import SimulatedClusterServer

extension SimulatedWorld {
  /// Why no request would reach a target on the wall clock, though no socket is opened; `nil` where it does.
  ///
  /// - Parameter cluster: as its manifests make it.
  static func targetProblem(of loaded: LoadedProfile, _ cluster: ClusterSimulation) -> String? {
    let target = loaded.profile.target
    // Recordings have no Secrets.
    guard target.url.hasPrefix("https:"), target.tls.verify, !loaded.manifests.contains(where: \.refersElsewhere) else {
      return nil
    }
    let host = target.tls.serverName ?? URLComponents(string: target.url)?.host ?? ""
    let problem = IngressTrust.problem(
      with: cluster.ingressCertificate(host: host), host: host, authorities: target.tls.caFile?.path)
    return problem.map {
      "\(loaded.targetPlace): target.url: \(target.url) would not be trusted: \($0): give an Ingress spec.tls for the host with a "
        + "Secret whose certificate is trusted, name its authority under target.tls.ca, or write target.tls.verify: false"
    }
  }
}
