/// What a profile is to be written for, as far as it was asked for.
package struct ProfileRequest: Sendable, Equatable {
  /// Where the cluster is.
  package enum Place: Sendable, Equatable {
    /// A context of the kubeconfig; `nil` for the service account of a pod.
    case context(String?)
    /// The embedded cluster: files and folders of manifests, and run time per wall time.
    case manifests([String], timeScale: Double)
  }

  package var name: String
  /// The day on which it is written.
  package var day: String
  package var url: String
  package var connectTo: String?
  /// What is asked for.
  package var path: String
  /// Whether the certificate of the target is checked, and against which authorities.
  package var verifiesCertificate: Bool
  package var authority: String?
  /// `nil` without a cluster.
  package var place: Place?
  /// The version of Kubernetes, as the server says.
  package var serverVersion: String?
  /// What the doctor found: `warning prestop-missing`, each once.
  package var findings: [String]

  package init(
    name: String, day: String, url: String, connectTo: String? = nil, path: String, verifiesCertificate: Bool = true,
    authority: String? = nil, place: Place? = nil, serverVersion: String? = nil, findings: [String] = []
  ) {
    self.name = name
    self.day = day
    self.url = url
    self.connectTo = connectTo
    self.path = path
    self.verifiesCertificate = verifiesCertificate
    self.authority = authority
    self.place = place
    self.serverVersion = serverVersion
    self.findings = findings
  }

  var timeScale: Double {
    if case .manifests(_, let scale)? = place { scale } else { 1 }
  }
}
