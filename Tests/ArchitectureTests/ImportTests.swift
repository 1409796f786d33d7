import Foundation
import Testing

/// The modules, what each may use, and the libraries behind each: arrows point downwards only.
///
/// SwiftPM builds a target that imports a module which it never declared, so the import lines themselves are read.
private struct ModuleRule {
  var uses: Set<String> = []
  var libraries: Set<String> = []
  var isPure = false
}

private let rules: [String: ModuleRule] = [
  "Redaction": ModuleRule(isPure: true),
  "Units": ModuleRule(isPure: true),
  "Statistics": ModuleRule(isPure: true),
  "Arrivals": ModuleRule(uses: ["Units"], isPure: true),
  "ApplicationNature": ModuleRule(uses: ["Units"], isPure: true),
  "LoadFacts": ModuleRule(uses: ["Statistics"], isPure: true),
  "LoadDriving": ModuleRule(uses: ["Arrivals", "LoadFacts"], isPure: true),
  "KubernetesObjects": ModuleRule(uses: ["Units"], isPure: true),
  "AutoscalerModel": ModuleRule(uses: ["KubernetesObjects"], isPure: true),
  "KubernetesValidation": ModuleRule(uses: ["AutoscalerModel"], isPure: true),
  "Doctor": ModuleRule(uses: ["KubernetesValidation"], isPure: true),
  "Discovery": ModuleRule(uses: ["AutoscalerModel"], isPure: true),
  "RunTimeline": ModuleRule(uses: ["KubernetesObjects", "LoadFacts", "Redaction"], isPure: true),
  "ClientRules": ModuleRule(uses: ["KubernetesObjects"], isPure: true),
  "Profiles": ModuleRule(
    uses: ["ApplicationNature", "Arrivals", "KubernetesObjects", "Redaction"], libraries: ["Yams"], isPure: true),
  "ClusterActions": ModuleRule(uses: ["Profiles"], isPure: true),
  "Expectations": ModuleRule(uses: ["RunTimeline", "AutoscalerModel", "Profiles"], isPure: true),
  "Reporting": ModuleRule(uses: ["Expectations"], isPure: true),
  "Calibration": ModuleRule(uses: ["Expectations"], isPure: true),
  "TrafficReplay": ModuleRule(uses: ["Arrivals"], isPure: true),
  "ServerSideApply": ModuleRule(uses: ["KubernetesValidation"], isPure: true),
  "SimulatedCluster": ModuleRule(uses: ["ApplicationNature", "ServerSideApply", "Arrivals"], isPure: true),
  "SimulatedLoad": ModuleRule(
    uses: ["ClientRules", "ClusterActions", "LoadDriving", "RunTimeline", "SimulatedCluster"], isPure: true),
  "CLibcurl": ModuleRule(),
  "CLinux": ModuleRule(),
  "CZlib": ModuleRule(),
  "LogFiles": ModuleRule(uses: ["CZlib"]),
  "Curl": ModuleRule(uses: ["CLibcurl", "CLinux", "LoadFacts"]),
  "LoadGeneration": ModuleRule(uses: ["Curl", "CLinux", "LoadDriving"], libraries: ["Logging"]),
  "KubernetesClient": ModuleRule(
    uses: ["ClientRules", "Curl", "KubernetesObjects"], libraries: ["Yams", "Subprocess", "SystemPackage", "Logging"]),
  "ClusterObservation": ModuleRule(uses: ["ClientRules", "KubernetesClient", "RunTimeline"], libraries: ["Logging"]),
  "RunRecording": ModuleRule(uses: ["RunTimeline"], libraries: ["GRDB"]),
  "SimulatedClusterServer": ModuleRule(
    uses: ["CZlib", "Profiles", "SimulatedCluster"],
    libraries: ["NIOCore", "NIOEmbedded", "NIOHTTP1", "NIOHTTP2", "NIOPosix", "NIOSSL", "NIOTLS"]),
  "Harness": ModuleRule(
    uses: [
      "Reporting", "Calibration", "LoadGeneration", "ClusterObservation", "RunRecording", "SimulatedClusterServer",
      "SimulatedLoad",
      "Profiles", "Discovery", "Doctor",
      "TrafficReplay", "LogFiles",
    ], libraries: ["Logging", "Subprocess", "SystemPackage"]),
  "scaleproof": ModuleRule(uses: ["Harness"], libraries: ["ArgumentParser"]),
  "CommitStamp": ModuleRule(libraries: ["PackagePlugin"]),
]

/// What the toolchain brings; the pure modules may not take from it what has a clock, a socket or a thread.
private let systemModules: Set<String> = ["Foundation", "FoundationEssentials", "Glibc", "Dispatch", "Synchronization"]
private let systemModulesOfPureOnes: Set<String> = ["Foundation", "FoundationEssentials"]

/// Everything below a module, itself left out.
private func reachable(from module: String) -> Set<String> {
  var found: Set<String> = []
  var open = Array(rules[module]?.uses ?? [])
  while let next = open.popLast() {
    if found.insert(next).inserted { open += rules[next]?.uses ?? [] }
  }
  return found
}

/// Modules of libraries that come with another one that is declared.
private let comesWith = ["SystemPackage": "Subprocess"]

private func swiftFiles(of module: String) -> [URL] {
  SourceTree.swiftFiles(in: SourceTree.sources.appending(path: module))
}

private func imports(in file: URL) throws -> [String] {
  // Indented ones are of other languages, in texts.
  let line = try Regex(
    #"(?m)^(?:(?:package|public|internal|private|@preconcurrency|@testable) )*import (?:(?:struct|enum|class|protocol|func) )?(\w+)"#
  )
  return try String(contentsOf: file, encoding: .utf8).matches(of: line).compactMap {
    $0.output[1].substring.map(String.init)
  }
}

@Suite("The arrows between the modules")
struct ImportTests {
  @Test("every folder of Sources is a module with a rule, and every rule has its folder")
  func everyModuleHasARule() throws {
    let folders = try FileManager.default.contentsOfDirectory(atPath: SourceTree.sources.path)
      .filter { !$0.hasPrefix(".") && $0 != "README.md" }
    #expect(Set(folders) == Set(rules.keys))
  }

  @Test("the map of Sources names every module, and no other")
  func mapNamesEveryModule() throws {
    let map = try String(contentsOf: SourceTree.sources.appendingPathComponent("README.md"), encoding: .utf8)
    let rows = map.split(separator: "\n").filter { $0.hasPrefix("| `") }
    let named = rows.flatMap { row in
      row.split(separator: "|")[0].split(separator: "`").enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
    }
    #expect(Set(named.map(String.init)) == Set(rules.keys))
  }

  @Test("a module imports only what lies below it", arguments: rules.keys.sorted())
  func importsPointDownwards(module: String) throws {
    let rule = try #require(rules[module])
    let allowed =
      reachable(from: module).union(rule.libraries).union(rule.isPure ? systemModulesOfPureOnes : systemModules)
    for file in swiftFiles(of: module) {
      for name in try imports(in: file) {
        #expect(allowed.contains(name), "\(module)/\(file.lastPathComponent) imports \(name)")
      }
    }
  }

  @Test("a target declares what it imports, and imports what it declares")
  func declaredIsImported() throws {
    let manifest = try PackageManifest.read(at: SourceTree.top)
    #expect(Set(manifest.targets.map(\.name)).isSuperset(of: rules.keys))
    let ofToolchain = systemModules.union(["FoundationXML", "Testing", "PackagePlugin"])
    for target in manifest.targets {
      var imported: Set<String> = []
      for file in SourceTree.swiftFiles(in: SourceTree.top.appending(path: target.folder)) {
        imported.formUnion(try imports(in: file).map { comesWith[$0] ?? $0 })
      }
      // Tests of the program need it built, and do not import it.
      let declared = target.isTest ? target.dependencies.subtracting(["scaleproof"]) : target.dependencies
      imported.subtract(ofToolchain)
      #expect(declared == imported, "\(target.name) in Package.swift")
    }
  }

  @Test("no module reaches itself", arguments: rules.keys.sorted())
  func thereAreNoCycles(module: String) {
    #expect(!reachable(from: module).contains(module))
  }

  @Test("no module bears the name of a type in it", arguments: rules.keys.sorted())
  func modulesAndTypesHaveDifferentNames(module: String) throws {
    let declaration = try Regex("(struct|class|enum|actor|protocol) \(module)\\b")
    for file in swiftFiles(of: module) {
      let text = try String(contentsOf: file, encoding: .utf8)
      let declares = text.contains(declaration)
      #expect(!declares, "\(file.lastPathComponent)")
    }
  }
}
