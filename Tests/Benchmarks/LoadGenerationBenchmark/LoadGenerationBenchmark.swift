import Arrivals
import Curl
import LoadGeneration
import Units

/// The load generator alone: offers load to a URL and prints what it took, for scripts/benchmark.
///
/// Usage: `LoadGenerationBenchmark BASE-URL PATH RATE SECONDS IN-FLIGHT [--burst] [--lateness] [--http2 CA-FILE]`
///
/// With `--burst` all RATE × SECONDS requests are due in the first tenth of a second and none is ever too late, so that
/// every place in flight is busy until the last one: what a tool without pacing does.
@main
struct LoadGenerationBenchmark {
  static func main() async {
    do {
      try await run(CommandLine.arguments)
    } catch {
      print("LoadGenerationBenchmark: \(error)")
    }
  }

  private static func run(_ arguments: [String]) async throws {
    guard arguments.count >= 6, let rate = Double(arguments[3]), let seconds = Int(arguments[4]),
      let inFlight = Int(arguments[5])
    else {
      print(
        "usage: LoadGenerationBenchmark BASE-URL PATH RATE SECONDS IN-FLIGHT [--burst] [--lateness] [--http2 CA-FILE]")
      return
    }
    let isBurst = arguments.contains("--burst")
    let authority = arguments.firstIndex(of: "--http2").map { arguments[$0 + 1] }
    let phase = LoadPhase(
      name: "benchmark", duration: isBurst ? .milliseconds(100) : .seconds(seconds),
      rate: try Rate(perSecond: isBurst ? rate * Double(seconds) * 10 : rate))
    let generator = try LoadGenerator(
      plan: LoadPlan(
        baseURL: arguments[1], httpVersion: authority == nil ? .http1_1 : .http2,
        tls: TLSSettings(authority: authority.map { .file($0) }), drainTimeout: .seconds(600),
        routes: [Route(name: "benchmark", path: RequestText(arguments[2]))],
        schedule: ArrivalSchedule(phases: [phase], process: .uniform), maxInFlight: inFlight,
        maxLateness: isBurst ? .seconds(600) : .seconds(1)))
    let started = ContinuousClock.now
    let before = MonotonicClock.processCPU()
    let summary = try await generator.run { snapshot in
      guard arguments.contains("--lateness"), snapshot.generator.sent > 0 else { return }
      let sample = snapshot.generator
      print("lateness \(sample.latenessP50.text) \(sample.latenessP99.text) \(sample.latenessMaximum.text)")
    }
    let elapsed = (ContinuousClock.now - started).seconds
    let cpu = Double(MonotonicClock.processCPU() - before) / 1000
    let answered = summary.completed - summary.dropped - summary.unfinished
    print("requests \(answered) failed \(summary.failed) seconds \(elapsed)")
    print("per-second \(Double(answered) / elapsed) cpu-microseconds \(cpu / Double(max(answered, 1)))")
  }
}
