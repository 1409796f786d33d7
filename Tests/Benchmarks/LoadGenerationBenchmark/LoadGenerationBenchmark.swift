import Arrivals
import Curl
import LoadGeneration
import Units

/// The load generator alone: offers a rate to a URL and prints what it took, for scripts/benchmark.
///
/// Usage: `LoadGenerationBenchmark BASE-URL PATH RATE-PER-SECOND SECONDS IN-FLIGHT [HTTP-VERSION [CA-FILE]]`
@main
struct LoadGenerationBenchmark {
  static func main() async throws {
    let arguments = CommandLine.arguments
    guard arguments.count >= 6, let rate = Double(arguments[3]), let seconds = Int(arguments[4]),
      let inFlight = Int(arguments[5])
    else {
      print("usage: LoadGenerationBenchmark BASE-URL PATH RATE SECONDS IN-FLIGHT [HTTP-VERSION [CA-FILE]]")
      return
    }
    let version = arguments.count > 6 ? HTTPVersion(rawValue: arguments[6]) ?? .http1_1 : .http1_1
    let authority = arguments.count > 7 ? PEM.file(arguments[7]) : nil
    let phase = LoadPhase(name: "steady", duration: .seconds(seconds), rate: try Rate(perSecond: rate))
    // Half a second of lateness, so that a rate beyond the capacity keeps all places in flight busy.
    let generator = try LoadGenerator(
      plan: LoadPlan(
        baseURL: arguments[1], httpVersion: version, tls: TLSSettings(authority: authority),
        routes: [Route(name: "benchmark", path: RequestText(arguments[2]))],
        schedule: ArrivalSchedule(phases: [phase], process: .uniform), maxInFlight: inFlight,
        maxLateness: .milliseconds(500)))
    let started = ContinuousClock.now
    let before = MonotonicClock.processCPU()
    let summary = try await generator.run { snapshot in
      if arguments.contains("--lateness") {
        print(
          "lateness", snapshot.generator.latenessP50, snapshot.generator.latenessP99, snapshot.generator.latenessMaximum
        )
      }
    }
    let elapsed = (ContinuousClock.now - started).seconds
    let cpu = Double(MonotonicClock.processCPU() - before) / 1000
    let answered = summary.completed - summary.dropped - summary.unfinished
    print("requests \(answered) failed \(summary.failed - summary.dropped) seconds \(elapsed)")
    print("per-second \(Double(answered) / elapsed) cpu-microseconds \(cpu / Double(max(answered, 1)))")
  }
}
