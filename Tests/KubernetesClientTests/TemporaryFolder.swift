import Foundation
import TestServers

/// A temporary folder that is gone with the test.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "kubeconfig-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { path + "/" + name }

  @discardableResult
  func write(_ text: String, to name: String) throws -> String {
    try text.write(toFile: file(name), atomically: true, encoding: .utf8)
    return file(name)
  }

  /// A program for a shell.
  ///
  /// Another process puts it there: a child that another test starts while this one has it open for writing would keep it
  /// from being run (ETXTBSY).
  @discardableResult
  func script(_ text: String, to name: String) throws -> String {
    let source = try write("#!/bin/sh\n" + text, to: name + ".text")
    let copying = try ChildProcess(["/usr/bin/install", "-m", "755", source, file(name)])
    guard copying.awaitEnd() == 0 else { throw CocoaError(.fileWriteUnknown) }
    return file(name)
  }

  func text(_ name: String) -> String { (try? String(contentsOfFile: file(name), encoding: .utf8)) ?? "" }
}
