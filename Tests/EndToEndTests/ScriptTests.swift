import Foundation
import Subprocess
import TestServers
import Testing

/// The scripts on machines that lack something, which programs of the same names stand for.
@Suite("The scripts")
struct ScriptTests {
  /// A folder of programs that come before the machine's own.
  private struct Machine {
    let folder: TemporaryFolder

    /// - Parameters:
    ///   - user: `0` for root.
    ///   - swift: what `swift --version` says; `nil` when there is none.
    ///   - sudo: whether it works.
    init(user: Int, swift: String? = "Swift version 6.2.1", sudo: Bool = false) throws {
      folder = try TemporaryFolder()
      try add("id", "echo \(user)")
      // Nothing is installed.
      try add("dpkg-query", "exit 1")
      try add("apt-cache", "exit 1")
      try add("apt-get", "echo \"$@\" >>\(folder.file("installed"))")
      try add("sudo", sudo ? "[ $1 != -n ] || shift; exec \"$@\"" : "exit 1")
      if let swift { try add("swift", "echo '\(swift)'") }
    }

    func add(_ name: String, _ script: String) throws {
      let file = try folder.write("#!/bin/bash\n\(script)\n", to: name)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file)
    }

    func run(_ script: String) async throws -> Program.Ending {
      try await Program.command(
        "/bin/bash", ["-c", script], environment: ["PATH": "\(folder.path):/usr/bin:/bin"])
    }

    /// What apt-get was asked for.
    var installed: String? { try? String(contentsOfFile: folder.file("installed"), encoding: .utf8) }
  }

  @Test("without a way to become root, a script names the command that root has to run, and runs none")
  func namesCommand() async throws {
    let machine = try Machine(user: 1000)

    let ending = try await machine.run("scripts/demo")

    #expect(ending.code == 1)
    #expect(
      ending.complaints.contains(
        "  apt-get update && apt-get install -y --no-install-recommends libcurl4-openssl-dev libsqlite3-dev"),
      "\(ending.complaints)")
    #expect(machine.installed == nil)
  }

  @Test("with sudo, packages are installed by it")
  func installs() async throws {
    let machine = try Machine(user: 1000, sudo: true)

    let ending = try await machine.run(". scripts/prepare; require_packages one two")

    #expect(ending.code == 0, "\(ending.complaints)")
    #expect(machine.installed?.contains("install -y -qq --no-install-recommends one two") == true)
  }

  @Test("a package that apt does not have is named")
  func unknownPackage() async throws {
    let machine = try Machine(user: 0)
    try machine.add("apt-get", "[ $1 = update ] || { echo \"E: Unable to locate package two\" >&2; exit 100; }")
    try machine.add("apt-cache", "[ $2 != two ]")

    let ending = try await machine.run(". scripts/prepare; require_packages one two")

    #expect(ending.code == 1)
    #expect(ending.complaints.contains("apt has no package two here"), "\(ending.complaints)")
  }

  @Test(
    "nothing is installed for a Swift that is missing, too old or broken", arguments: ["demo", "test"],
    [nil, "Swift version 5.9.2", "swift: libncurses.so.6: cannot open shared object file"])
  func swiftFirst(script: String, swift: String?) async throws {
    // Where Swift is a package of the machine's own, there is no machine without it to be had here.
    let machine = try Machine(user: 0, swift: swift)
    guard swift != nil || !FileManager.default.fileExists(atPath: "/usr/bin/swift") else { return }

    let ending = try await machine.run("scripts/\(script)")

    #expect(ending.code == 1)
    #expect(machine.installed == nil)
    let reason = swift.map { $0.hasPrefix("Swift") ? "is 5.9" : "does not run: \($0)" } ?? "no swift on the path"
    #expect(ending.complaints.contains(reason), "\(ending.complaints)")
  }

  @Test("a build says what it builds, how long that takes and how far it is, shows warnings, and fails when Swift does")
  func progress() async throws {
    let machine = try Machine(user: 0)
    try machine.add(
      "swift",
      """
      echo 'Building for debugging...'
      echo '[3/10] Compiling Units Rate.swift'
      echo 'Rate.swift:1:1: warning: unused'
      echo '[10/10] Linking'
      [ "$3" = good ]
      """)
    func build(_ argument: String) async throws -> Program.Ending {
      try await machine.run(
        "set -euo pipefail; . scripts/prepare; progress_interval=0; build 'the tests' '4 minutes' --product \(argument)"
      )
    }

    let good = try await build("good")
    let bad = try await build("bad")

    #expect(good.code == 0, "\(good.complaints)")
    let lines = good.output.split(separator: "\n").map(String.init)
    #expect(lines.first == "building the tests: 4 minutes")
    #expect(lines.contains("Rate.swift:1:1: warning: unused"))
    #expect(lines.contains("  step 10 of 10, 0 s"), "\(lines)")
    #expect(!good.output.contains("Compiling"))
    #expect(bad.code == 1)
  }

  @Test("a fresh root is refused to others than root, with what to run")
  func freshRoot() async throws {
    let machine = try Machine(user: 1000)

    let ending = try await machine.run("scripts/test --fresh")

    #expect(ending.code == 1)
    #expect(ending.complaints.contains("sudo --preserve-env=PATH"), "\(ending.complaints)")
  }
}
