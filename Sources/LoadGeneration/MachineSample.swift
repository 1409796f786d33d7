import Foundation

/// What Linux tells of the machine that the load comes from; `nil` where it does not.
struct MachineSample: Sendable, Equatable {
  /// Processor time of all cores so far, in the kernel's ticks.
  var totalTicks: Int?
  /// Of that, what the hypervisor gave to other machines.
  var stolenTicks: Int?
  /// Local ports in use by TCP, with those that wait after a close (TIME_WAIT). They may belong to other programs.
  var portsUsed: Int?
  /// How many local ports connections can have.
  var ports: Int?

  /// The share of all processor time since an earlier moment that went to other machines of the hypervisor.
  func steal(since earlier: MachineSample) -> Double? {
    guard let totalTicks, let before = earlier.totalTicks, totalTicks > before, let stolenTicks,
      let stolenBefore = earlier.stolenTicks
    else { return nil }
    return Double(max(stolenTicks - stolenBefore, 0)) / Double(totalTicks - before)
  }

  /// Reads `/proc`.
  static func read() -> MachineSample {
    let cpu = words("/proc/stat", line: "cpu ").compactMap(Int.init)
    let tcp = words("/proc/net/sockstat", line: "TCP:")
    let range = words("/proc/sys/net/ipv4/ip_local_port_range", line: "").compactMap(Int.init)
    return MachineSample(
      // proc(5): user nice system idle iowait irq softirq steal; guest times are in user and nice already.
      totalTicks: cpu.count >= 8 ? cpu.prefix(8).reduce(0, +) : nil, stolenTicks: cpu.count >= 8 ? cpu[7] : nil,
      portsUsed: value(of: "inuse", in: tcp).flatMap { inUse in value(of: "tw", in: tcp).map { inUse + $0 } },
      ports: range.count == 2 ? range[1] - range[0] + 1 : nil)
  }

  /// How long the calling thread was ready to run and waited for a processor so far.
  static func threadRunQueueDelay() -> Duration? {
    let fields = words("/proc/thread-self/schedstat", line: "").compactMap(Int64.init)
    return fields.count >= 2 ? .nanoseconds(fields[1]) : nil
  }

  /// The words of the first line that begins with a text.
  private static func words(_ path: String, line prefix: String) -> [String] {
    guard let data = FileManager.default.contents(atPath: path) else { return [] }
    let lines = String(decoding: data, as: UTF8.self).split(separator: "\n")
    return lines.first { $0.hasPrefix(prefix) }.map { $0.split(whereSeparator: \.isWhitespace).map(String.init) } ?? []
  }

  private static func value(of name: String, in words: [String]) -> Int? {
    words.firstIndex(of: name).flatMap { $0 + 1 < words.count ? Int(words[$0 + 1]) : nil }
  }
}
