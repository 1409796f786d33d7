package import KubernetesObjects
import Units

extension Expectation {
  /// A change of a ConfigMap or a Secret reaches all pods in time.
  package struct ConfigRolled: ExpectationKind {
    package var config: ConfigReference
    package var during: Window
    package var within: Duration
  }
}

extension Expectation.ConfigRolled {
  package static let name = Expectation.KindName.configRolled
  package static let summary = "A change of a ConfigMap or Secret reaches all ready pods in time."
  package static let example = "{config: configmap/settings, during: run, within: 5m}"
  package static let subject = Expectation.Subject.workload

  private static let config = KindField<ConfigReference>(
    "config", .config, "The ConfigMap or Secret; of it only the metadata are read, never what is in it."
  ) { field, _ in field.config() }.required(example: "configmap/settings")
  private static let during = KindField<Window>.during.inOnePiece().byDefault(.run, "run")
  private static let within = KindField<Duration>.within.required(example: "5m")
  package static let fields = [config.declaration, during.declaration, within.declaration]

  package init?(_ body: KindBody) {
    let config = body.read(Self.config)
    let during = body.read(Self.during)
    let within = body.read(Self.within)
    guard let config, let during, let within else { return nil }
    self.init(config: config, during: during, within: within)
  }

  package var kind: Expectation.Kind { .configRolled(self) }
  package var scope: Expectation.Scope { .window(during) }

  package var sentence: String {
    "all ready pods are newer than \(config) \(within.text) after it changed during \(during)"
  }
}

extension Field {
  /// `configmap/NAME` or `secret/NAME`.
  fileprivate func config() -> ConfigReference? {
    guard let text = text() else { return nil }
    guard let config = ConfigReference(text), Self.isObjectName(config.name) else {
      report("\"\(text)\" is neither a ConfigMap nor a Secret", hint: "write configmap/NAME or secret/NAME")
      return nil
    }
    return config
  }
}

extension Profile {
  /// ConfigMaps and Secrets of which an expectation asks, each once.
  package var judgedConfigs: [ConfigReference] {
    var configs: [ConfigReference] = []
    for expectation in expectations {
      guard case .configRolled(let rolled) = expectation.kind, !configs.contains(rolled.config) else { continue }
      configs.append(rolled.config)
    }
    return configs
  }
}
