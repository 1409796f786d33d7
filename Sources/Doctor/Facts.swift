package import KubernetesObjects

/// What is known beside the objects; `nil` is what could not be learnt.
package struct Facts: Sendable {
  /// What the user may not do although it is needed, and the rule that gives it.
  package struct Rights: Sendable {
    package struct Missing: Sendable, Equatable {
      package var sentence: String
      package var rule: String

      package init(sentence: String, rule: String) {
        self.sentence = sentence
        self.rule = rule
      }
    }

    package var missing: [Missing]

    package init(missing: [Missing]) { self.missing = missing }
  }

  /// How far the API server's clock is ahead of the one here, in seconds: a date has whole ones, and takes time to come.
  package struct Clock: Sendable {
    package var offset: ClosedRange<Double>

    package init(offset: ClosedRange<Double>) { self.offset = offset }
  }

  package struct Target: Sendable {
    package var url: String
    /// Why it cannot be reached.
    package var problem: String?
    package var certificate: Certificate?

    package init(url: String, problem: String? = nil, certificate: Certificate? = nil) {
      self.url = url
      self.problem = problem
      self.certificate = certificate
    }
  }

  package struct Certificate: Sendable {
    package var subject: String
    package var days: Double

    package init(subject: String, days: Double) {
      self.subject = subject
      self.days = days
    }
  }

  package struct Machine: Sendable {
    /// Files and sockets that a process may have open.
    package var descriptors: Int
    /// Ports for connections to one address.
    package var ports: Int

    package init(descriptors: Int, ports: Int) {
      self.descriptors = descriptors
      self.ports = ports
    }
  }

  package struct Load: Sendable {
    /// The host that requests are for.
    package var host: String
    /// Requests per second at most.
    package var peakRate: Double
    /// Connections that may be open at one time.
    package var connections: Int
    package var addresses: Int
    /// How long a request may take, in seconds.
    package var requestTimeout: Double

    package init(host: String, peakRate: Double, connections: Int, addresses: Int, requestTimeout: Double) {
      self.host = host
      self.peakRate = peakRate
      self.connections = connections
      self.addresses = addresses
      self.requestTimeout = requestTimeout
    }
  }

  package var rights: Rights?
  /// PodMetrics of the namespace.
  package var podMetrics: [JSONValue]?
  /// Why there are none.
  package var podMetricsProblem: String?
  /// Groups of metrics that the API serves: `custom.metrics.k8s.io`; names of metrics in a profile's simulated cluster.
  package var servedMetrics: Set<String>?
  package var now: KubernetesTime?
  package var clock: Clock?
  package var target: Target?
  package var machine: Machine?
  package var load: Load?
  /// How long a pod takes from its start until it serves, in seconds.
  package var startSeconds: Double?

  package init() {}
}
