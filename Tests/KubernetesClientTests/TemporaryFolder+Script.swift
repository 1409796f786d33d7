import Foundation
import TestServers

extension TemporaryFolder {
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
}
