import Foundation

/// What `Package.swift` says of its targets.
struct PackageManifest {
  struct Target {
    var name: String
    /// Whether others may import it.
    var isTest: Bool
    /// From the top folder.
    var folder: String
    /// Modules of ours and of libraries.
    var dependencies: Set<String>
  }

  let targets: [Target]

  init(_ text: String) throws {
    let products = try Self.products(in: text)
    let starts = try Regex(#"\n    \.(target|testTarget|executableTarget|systemLibrary|plugin)\("#)
    var targets: [Target] = []
    let matches = text.matches(of: starts)
    for (index, match) in matches.enumerated() {
      let end = index + 1 < matches.count ? matches[index + 1].range.lowerBound : text.endIndex
      let body = text[match.range.upperBound..<end]
      guard let name = try Self.first(#"name: "(\w+)""#, in: body) else { continue }
      let isTest = match.output[1].substring == "testTarget"
      targets.append(
        Target(
          name: name, isTest: isTest,
          folder: try Self.first(#"path: "([^"]+)""#, in: body) ?? (isTest ? "Tests/" : "Sources/") + name,
          dependencies: try Self.dependencies(in: body, products: products)))
    }
    self.targets = targets
  }

  static func read(at top: URL) throws -> PackageManifest {
    try PackageManifest(String(contentsOf: top.appendingPathComponent("Package.swift"), encoding: .utf8))
  }

  /// The functions at the head that name a product: `func yams() -> … .product(name: "Yams", …)`.
  private static func products(in text: String) throws -> [Substring: String] {
    let function = try Regex(#"func (\w+)\(\) -> Target.Dependency \{ \.product\(name: "(\w+)""#)
    var products: [Substring: String] = [:]
    for match in text.matches(of: function) {
      if let name = match.output[1].substring, let product = match.output[2].substring {
        products[name] = String(product)
      }
    }
    return products
  }

  private static func dependencies(in body: Substring, products: [Substring: String]) throws -> Set<String> {
    guard let list = try first(#"dependencies: \[([^\]]*)\]"#, in: body) else { return [] }
    // The package of a product is no module.
    let names = list.replacing(try Regex(#"package: "[^"]+""#), with: "").matches(of: try Regex(#""(\w+)""#))
      .compactMap { $0.output[1].substring.map(String.init) }
    let calls = list.matches(of: try Regex(#"(\w+)\(\)"#)).compactMap {
      $0.output[1].substring.flatMap { products[$0] }
    }
    return Set(names + calls)
  }

  private static func first(_ pattern: String, in text: some StringProtocol) throws -> String? {
    try Regex(pattern).firstMatch(in: String(text))?.output[1].substring.map(String.init)
  }
}
