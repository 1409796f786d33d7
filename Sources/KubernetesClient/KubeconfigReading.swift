import Foundation
import KubernetesObjects
import Yams

extension Kubeconfig {
  init(file path: String) throws(KubernetesError) {
    let text: String
    do {
      text = try String(contentsOfFile: path, encoding: .utf8)
    } catch {
      throw KubernetesError(
        .configuration, attempt: "cannot read the kubeconfig \(path)",
        cause: "the file cannot be opened or is not text in UTF-8")
    }
    try self.init(text: text, source: path)
  }

  /// Reads one kubeconfig from text; `source` stands in messages and is what paths are relative to.
  ///
  /// - Throws: ``KubernetesError`` with the code `configuration`, naming the place and never a value.
  package init(text: String, source: String) throws(KubernetesError) {
    let file = KubeconfigPlace(file: source)
    // A byte order mark is no part of the text.
    let text = text.hasPrefix("\u{FEFF}") ? String(text.dropFirst()) : text
    let root = try KubeconfigMapping(Self.firstDocument(of: text, in: file), path: "", in: file)
    try Self.checkKind(of: root)
    // Nothing that we do follows from it, but kubectl reads no file in which it is of another type.
    _ = try root.mapping("preferences").flag("colors")
    let folder = URL(fileURLWithPath: source).deletingLastPathComponent().path
    let current = try root.text("current-context")
    currentContext = current.isEmpty ? nil : current
    sources = [source]
    contexts = try Self.named("context", in: root) { context throws(KubernetesError) in
      let namespace = try context.text("namespace")
      return Context(
        place: context.place, cluster: try context.text("cluster"), user: try context.text("user"),
        namespace: namespace.isEmpty ? nil : namespace)
    }
    clusters = try Self.named("cluster", in: root) { cluster throws(KubernetesError) in
      try Cluster(cluster, folder: folder)
    }
    users = try Self.named("user", in: root) { user throws(KubernetesError) in try User(user, folder: folder) }
  }

  /// Only the first document of a file counts, as with kubectl.
  private static func firstDocument(of text: String, in file: KubeconfigPlace) throws(KubernetesError) -> Node? {
    let root: Node?
    do {
      root = try Parser(yaml: text).nextRoot()
    } catch let error as YamlError {
      throw Self.problem(error, in: file)
    } catch {
      throw file.problem("", "it is not YAML")
    }
    var left = mostValues
    if let root { try checkAliases(in: root, left: &left, file) }
    return root
  }

  /// The most values of a document whose aliases are replaced by what they stand for: some lines of nested ones can
  /// stand for billions.
  private static let mostValues = 1_000_000

  private static func checkAliases(
    in node: Node, left: inout Int, _ file: KubeconfigPlace
  ) throws(KubernetesError) {
    left -= 1
    guard left > 0 else {
      throw file.problem("", "its aliases stand for more than \(mostValues) values", hint: "write it without aliases")
    }
    switch node {
    case .scalar: break
    case .sequence(let sequence): for element in sequence { try checkAliases(in: element, left: &left, file) }
    case .mapping(let mapping):
      for (key, value) in mapping {
        try checkAliases(in: key, left: &left, file)
        try checkAliases(in: value, left: &left, file)
      }
    case .alias:
      throw KubeconfigPlace(file: file.file, line: node.mark?.line, column: node.mark?.column).problem(
        "", "an alias names no anchor before it")
    }
  }

  /// The problem and its place, without the document around it, which may hold credentials.
  private static func problem(_ error: YamlError, in file: KubeconfigPlace) -> KubernetesError {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      KubeconfigPlace(file: file.file, line: mark.line, column: mark.column).problem("", problem)
    case .duplicatedKeysInMapping(let keys, let context):
      KubeconfigPlace(file: file.file, line: context.mark.line, column: context.mark.column).problem(
        "", "the key \(keys.joined(separator: ", ")) is there twice", hint: "leave one of them")
    case .reader(let problem, _, _, _): file.problem("", "it is not YAML: \(problem)")
    default: file.problem("", "it is not YAML")
    }
  }

  /// Kubernetes, client-go/tools/clientcmd/api/latest/latest.go.
  private static func checkKind(of root: KubeconfigMapping) throws(KubernetesError) {
    for (key, only) in [("apiVersion", "v1"), ("kind", "Config")] {
      let said = try root.text(key)
      guard said.isEmpty || said == only else {
        throw root.problem(key, "\(said) where a kubeconfig has \(only)", hint: "is it a kubeconfig?")
      }
    }
  }

  /// The entries of `contexts`, `clusters` or `users`; a name that is there twice is refused
  /// (Kubernetes, client-go/tools/clientcmd/api/v1/conversion.go).
  private static func named<Value>(
    _ member: String, in root: KubeconfigMapping, _ read: (KubeconfigMapping) throws(KubernetesError) -> Value
  ) throws(KubernetesError) -> [String: Value] {
    var values: [String: Value] = [:]
    var places: [String: KubeconfigPlace] = [:]
    for entry in try root.mappings(member + "s") {
      let name = try entry.text("name")
      if let first = places[name] {
        throw entry.problem(
          "name", "there is another \(member) named \(name) at \(first)", hint: "rename or remove one of them")
      }
      places[name] = entry.place
      values[name] = try read(try entry.mapping(member))
    }
    return values
  }

  /// Kubernetes, client-go/tools/clientcmd/loader.go, `ResolvePaths`.
  fileprivate static func absolute(_ path: String, in folder: String) -> String {
    guard !path.isEmpty else { return "" }
    return path.hasPrefix("/") ? path : URL(fileURLWithPath: folder + "/" + path).standardizedFileURL.path
  }
}

extension Kubeconfig.FileOrData {
  fileprivate init(_ key: String, in mapping: KubeconfigMapping, folder: String) throws(KubernetesError) {
    file = Kubeconfig.absolute(try mapping.text(key), in: folder)
    data = try mapping.bytes(key + "-data")
  }
}

extension Kubeconfig.Cluster {
  fileprivate init(_ cluster: KubeconfigMapping, folder: String) throws(KubernetesError) {
    place = cluster.place
    server = try cluster.text("server")
    certificateAuthority = try Kubeconfig.FileOrData("certificate-authority", in: cluster, folder: folder)
    skipsVerification = try cluster.flag("insecure-skip-tls-verify")
    let serverName = try cluster.text("tls-server-name")
    self.serverName = serverName.isEmpty ? nil : serverName
    let proxyURL = try cluster.text("proxy-url")
    self.proxyURL = proxyURL.isEmpty ? nil : proxyURL
    for addition in try cluster.mappings("extensions") {
      guard try addition.text("name") == "client.authentication.k8s.io/exec" else { continue }
      execConfiguration = try addition.json("extension")
    }
  }
}

extension Kubeconfig.User {
  fileprivate init(_ user: KubeconfigMapping, folder: String) throws(KubernetesError) {
    place = user.place
    token = try user.text("token")
    tokenFile = Kubeconfig.absolute(try user.text("tokenFile"), in: folder)
    clientCertificate = try Kubeconfig.FileOrData("client-certificate", in: user, folder: folder)
    clientKey = try Kubeconfig.FileOrData("client-key", in: user, folder: folder)
    username = try user.text("username")
    password = try user.text("password")
    impersonation = Impersonation(
      user: try user.text("as"), uid: try user.text("as-uid"), groups: try user.texts("as-groups"),
      extra: try user.mapping("as-user-extra").lists())
    authProvider = user.has("auth-provider") ? try user.mapping("auth-provider").text("name") : nil
    exec = user.has("exec") ? try Kubeconfig.ExecCommand(try user.mapping("exec"), folder: folder) : nil
  }
}

extension Kubeconfig.ExecCommand {
  fileprivate init(_ exec: KubeconfigMapping, folder: String) throws(KubernetesError) {
    place = exec.place
    apiVersion = try exec.text("apiVersion")
    let command = try exec.text("command")
    // A bare name is looked for on the path.
    self.command = command.contains("/") ? Kubeconfig.absolute(command, in: folder) : command
    arguments = try exec.texts("args")
    environment = try exec.mappings("env").map { entry throws(KubernetesError) in
      (try entry.text("name"), try entry.text("value"))
    }
    installHint = try exec.text("installHint")
    interactiveMode = try exec.text("interactiveMode")
    providesClusterInformation = try exec.flag("provideClusterInfo")
  }
}
