import CLinux

/// How many sockets this process may have.
enum DescriptorLimit {
  /// What the rest of the program needs: log, recording, observer, report.
  private static let reserve = 128
  /// epoll, timer and wake-up, and the file in which the kernel tells of its waiting for a CPU.
  private static let perWorker = 4
  /// libcurl's own pair.
  private static let perHandle = 2

  /// Raises the soft limit as far as it goes when a load needs that.
  ///
  /// - Throws: when even that is too low.
  static func ensure(connections: Int, workers: Int) throws(LoadGenerationError) {
    let handles = connections / CurlTransport.lanesPerHandle + workers
    let needed = Int64(connections + workers * perWorker + handles * perHandle + reserve)
    let soft = scaleproof_descriptor_limit(0)
    if soft >= needed { return }
    if scaleproof_descriptor_limit(1) >= needed, scaleproof_raise_descriptor_limit() == 0 { return }
    throw LoadGenerationError(
      "\(connections) connections need \(needed) open files, but this process may have "
        + "\(scaleproof_descriptor_limit(1)): raise the hard limit (ulimit -Hn) or lower the requests in flight or the connections"
    )
  }
}
