import CLinux
import Doctor
import Foundation

/// What this machine lets a process have.
enum MachineFacts {
  /// `nil` where it cannot be read.
  static func read() -> Facts.Machine? {
    let descriptors = scaleproof_descriptor_limit(1)
    guard descriptors > 0,
      let range = try? String(contentsOfFile: "/proc/sys/net/ipv4/ip_local_port_range", encoding: .utf8)
    else { return nil }
    let bounds = range.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
    guard bounds.count == 2, bounds[0] <= bounds[1] else { return nil }
    return Facts.Machine(
      descriptors: Int(clamping: descriptors), ports: bounds[1] - bounds[0] + 1)
  }
}
