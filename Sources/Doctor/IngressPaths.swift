import KubernetesObjects

/// Names of ingress-nginx' annotations.
enum NginxAnnotation {
  static let prefix = "nginx.ingress.kubernetes.io/"

  /// The field of an annotation in an Ingress.
  static func field(_ name: String) -> String { "metadata.annotations[\(prefix)\(name)]" }
}

extension KnownObject {
  /// The value of an annotation of ingress-nginx.
  func nginx(_ name: String) -> String? { annotations[NginxAnnotation.prefix + name] }

  /// Whether ingress-nginx is to serve an Ingress, as its class or its annotations say.
  var isForNginx: Bool {
    spec["ingressClassName"]?.string == "nginx" || annotations["kubernetes.io/ingress.class"] == "nginx"
      || annotations.keys.contains { $0.hasPrefix(NginxAnnotation.prefix) }
  }

  /// The paths of an Ingress with their hosts and fields.
  var ingressPaths: [(host: String, path: String, field: String)] {
    var paths: [(host: String, path: String, field: String)] = []
    for (number, rule) in (spec["rules"]?.array ?? []).enumerated() {
      for (place, path) in (rule["http", "paths"]?.array ?? []).enumerated() {
        paths.append(
          (rule["host"]?.string ?? "*", path["path"]?.string ?? "/", "spec.rules[\(number)].http.paths[\(place)].path"))
      }
    }
    return paths
  }
}
