import Units

/// What `scaleproof init` is asked to find, and how it may look.
package struct InitOptions: Sendable {
  package enum Subject: Sendable, Equatable {
    /// `HOST` or `HOST/PATH` of an Ingress.
    case ingress(String)
    /// `KIND/NAME`
    case workload(String)
    /// A URL alone, without a cluster.
    case address
  }

  package enum Probe: Sendable, Equatable {
    case none
    /// At most so many requests a second.
    case upTo(Double)
  }

  package var subject: Subject
  package var context: String?
  package var kubeconfig: String?
  package var namespace: String?
  /// Manifests of the embedded cluster, in place of a real one.
  package var manifests: [String]
  package var timeScale: Double
  package var url: String?
  package var connectTo: String?
  package var path: String?
  package var authority: String?
  package var verifiesCertificate: Bool
  package var probe: Probe
  /// Whether the probe may send load to another machine.
  package var allowsLoad: Bool
  /// `8ms`
  package var cpuPerRequest: String?
  package var output: String
  package var force: Bool
  package var log: DiagnosticLog

  package init(
    subject: Subject, context: String? = nil, kubeconfig: String? = nil, namespace: String? = nil,
    manifests: [String] = [], timeScale: Double = 1, url: String? = nil, connectTo: String? = nil, path: String? = nil,
    authority: String? = nil, verifiesCertificate: Bool = true, probe: Probe, allowsLoad: Bool = false,
    cpuPerRequest: String? = nil, output: String, force: Bool = false, log: DiagnosticLog = DiagnosticLog()
  ) {
    self.subject = subject
    self.context = context
    self.kubeconfig = kubeconfig
    self.namespace = namespace
    self.manifests = manifests
    self.timeScale = timeScale
    self.url = url
    self.connectTo = connectTo
    self.path = path
    self.authority = authority
    self.verifiesCertificate = verifiesCertificate
    self.probe = probe
    self.allowsLoad = allowsLoad
    self.cpuPerRequest = cpuPerRequest
    self.output = output
    self.force = force
    self.log = log
  }

  /// The host and the path that were asked for.
  var hostAndPath: (host: String, path: String?)? {
    guard case .ingress(let text) = subject else { return nil }
    guard let slash = text.firstIndex(of: "/") else { return (text, nil) }
    return (String(text[..<slash]), String(text[slash...]))
  }

  /// Thousandths of a core that a request in a second costs.
  func givenCost() throws(HarnessError) -> Double? {
    guard let cpuPerRequest else { return nil }
    guard let length = try? Duration(text: cpuPerRequest), length > .zero else {
      throw HarnessError(.usage, "--cpu-per-request \(cpuPerRequest): write a time of CPU, as in 8ms or 500us")
    }
    return length.seconds * 1000
  }
}
