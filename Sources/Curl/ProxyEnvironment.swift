internal import Glibc

/// Which proxies the environment asks for, by the rules of Kubernetes' own tools (golang.org/x/net/http/httpproxy), for
/// everything that this program sends.
///
/// libcurl reads the same variables by rules that differ in detail, so that it is told the outcome for each transfer
/// and reads none itself.
package struct ProxyEnvironment: Sendable {
  /// The variables that name a proxy do not name one.
  package struct Problem: Error, CustomStringConvertible, Equatable {
    package let description: String
  }

  private let variables: [String: String]
  private let readsAllProxy: Bool
  private let exceptions: [ProxyException]

  /// - Parameter readsAllProxy: whether `ALL_PROXY` stands for the variables of both schemes where these are not set, as
  ///   in curl. Kubernetes' own tools do not know it.
  package init(_ environment: [String: String], readsAllProxy: Bool = true) {
    variables = environment
    self.readsAllProxy = readsAllProxy
    let text = Self.first(of: ["NO_PROXY", "no_proxy"], in: environment)?.value ?? ""
    exceptions = text.split { $0 == "," || $0.isWhitespace }.map { ProxyException($0.lowercased()) }
  }

  /// Asks for no proxy.
  package static let none = ProxyEnvironment([:])

  /// The proxy for requests to a host; `nil` where connections are made directly, as always to this machine.
  ///
  /// - Parameter scheme: `http` or `https`.
  /// - Throws: ``Problem`` when the variable names no proxy.
  package func proxy(scheme: String, host: String, port: Int) throws(Problem) -> Proxy? {
    guard !Self.isThisMachine(host), !exceptions.contains(where: { $0.covers(host: host.lowercased(), port: port) })
    else { return nil }
    let names = scheme == "https" ? ["HTTPS_PROXY", "https_proxy"] : ["HTTP_PROXY", "http_proxy"]
    let found = Self.first(of: names + (readsAllProxy ? ["ALL_PROXY", "all_proxy"] : []), in: variables)
    guard let found else { return nil }
    guard let proxy = Proxy(found.value) else {
      throw Problem(
        description:
          "the environment variable \(found.name) names no proxy: write it as in http://proxy.example.com:3128")
    }
    return proxy
  }

  /// The proxy for a URL; `nil` also for what is no URL.
  package func proxy(url: String) throws(Problem) -> Proxy? {
    guard let separator = url.firstRange(of: "://") else { return nil }
    let scheme = url[..<separator.lowerBound].lowercased()
    guard let place = Self.authority(of: url) else { return nil }
    return try proxy(scheme: scheme, host: place.host, port: place.port ?? (scheme == "https" ? 443 : 80))
  }

  /// Host and port of a URL, or of what is written as one without a scheme.
  private static func authority(of url: String) -> URLAuthority? {
    let scheme = url.prefix { $0.isLetter || $0.isNumber || "+-.".contains($0) }
    let rest = url.dropFirst(scheme.count)
    var authority = (rest.hasPrefix("://") ? rest.dropFirst(3) : url[...]).prefix { !"/?#".contains($0) }
    if let at = authority.lastIndex(of: "@") { authority = authority[authority.index(after: at)...] }
    return URLAuthority(authority)
  }

  /// Whether a URL, or a host with a port, is of this machine.
  package static func leadsToThisMachine(_ url: String) -> Bool {
    authority(of: url).map { isThisMachine($0.host) } ?? false
  }

  /// A proxy would reach another machine by these names.
  package static func isThisMachine(_ host: String) -> Bool {
    let name = host.hasSuffix(".") ? host.dropLast().lowercased() : host.lowercased()
    if name == "localhost" || name.hasSuffix(".localhost") { return true }
    guard let address = IPAddress(name) else { return false }
    return address.isLoopback
  }

  private static func first(
    of names: [String], in variables: [String: String]
  ) -> (name: String, value: String)? {
    for name in names {
      if let value = variables[name], !value.isEmpty { return (name, value) }
    }
    return nil
  }
}

/// An entry of `NO_PROXY`: `*`, an address, a range of addresses, a domain, or one of these with a port.
private struct ProxyException: Sendable {
  private enum Kind: Sendable {
    case everything
    case addresses(IPAddress, bits: Int)
    /// A name, and those below it.
    case domain(String)
    /// Only the names below it.
    case subdomains(String)
  }

  private let kind: Kind
  private let port: Int?

  /// - Parameter text: in lower case.
  init(_ text: String) {
    if text == "*" {
      (kind, port) = (.everything, nil)
      return
    }
    if let slash = text.firstIndex(of: "/"), let address = IPAddress(String(text[..<slash])),
      let bits = Int(text[text.index(after: slash)...]), (0...address.bytes.count * 8).contains(bits)
    {
      (kind, port) = (.addresses(address, bits: bits), nil)
      return
    }
    if let address = IPAddress(text) {
      (kind, port) = (.addresses(address, bits: address.bytes.count * 8), nil)
      return
    }
    let place = URLAuthority(text)
    var name = place?.host ?? text
    port = place?.port
    if let address = IPAddress(name) {
      kind = .addresses(address, bits: address.bytes.count * 8)
      return
    }
    if name.hasPrefix("*.") { name.removeFirst() }
    kind = name.hasPrefix(".") ? .subdomains(name) : .domain(name)
  }

  func covers(host: String, port: Int) -> Bool {
    if let own = self.port, own != port { return false }
    switch kind {
    case .everything: return true
    case .addresses(let range, let bits): return IPAddress(host)?.isEqual(to: range, bits: bits) ?? false
    case .domain(let name): return host == name || host.hasSuffix(".\(name)")
    case .subdomains(let suffix): return host.hasSuffix(suffix)
    }
  }
}

/// An IPv4 or IPv6 address in binary form. An IPv4 address inside of an IPv6 one (RFC 4291, section 2.5.5.2) is an IPv4 one.
private struct IPAddress: Sendable {
  let bytes: [UInt8]

  init?(_ text: String) {
    var four = in_addr()
    var six = in6_addr()
    if inet_pton(AF_INET, text, &four) == 1 {
      bytes = withUnsafeBytes(of: four) { Array($0) }
    } else if inet_pton(AF_INET6, text, &six) == 1 {
      let all = withUnsafeBytes(of: six) { Array($0) }
      bytes = all.prefix(12) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF] ? Array(all.suffix(4)) : all
    } else {
      return nil
    }
  }

  /// Whether it is of this machine. Linux takes 0.0.0.0 and :: for it too.
  var isLoopback: Bool {
    if bytes.count == 4 { return bytes[0] == 127 || bytes == [0, 0, 0, 0] }
    return bytes.dropLast().allSatisfy { $0 == 0 } && bytes[15] <= 1
  }

  /// Whether the first bits are those of another address of the same kind.
  func isEqual(to other: IPAddress, bits: Int) -> Bool {
    guard bytes.count == other.bytes.count else { return false }
    return (0..<bits).allSatisfy { bit in
      let mask = UInt8(0x80) >> UInt8(bit % 8)
      return bytes[bit / 8] & mask == other.bytes[bit / 8] & mask
    }
  }
}
