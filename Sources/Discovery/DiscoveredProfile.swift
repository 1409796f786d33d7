import AutoscalerModel
import KubernetesObjects

/// The profile that is written for what was found, with the arithmetic of each figure beside it.
package struct DiscoveredProfile: Sendable, Equatable {
  /// A profile that `validate` takes.
  package let text: String
  /// What is not tested, and why; a sentence each.
  package let omissions: [String]

  /// - Parameters:
  ///   - target: `nil` without a cluster.
  ///   - figures: what a probe measured.
  package init(_ request: ProfileRequest, target: DiscoveredTarget?, figures: ProbeFigures) {
    let version = request.serverVersion.flatMap { KubernetesVersion(text: $0) } ?? .newest
    let timing = target.map { Timing(of: $0, figures: figures) }
    var test: PlannedTest
    var cpu: CPUTarget?
    if let target, let timing {
      do throws(DiscoveryProblem) {
        guard let autoscaler = target.autoscaler else {
          throw DiscoveryProblem("no HorizontalPodAutoscaler scales \(target.reference.text)")
        }
        cpu = try CPUTarget(of: target, plan: ScalingPlan(autoscaler.spec, version: version))
        test = try ScalingTest(
          target, autoscaler: autoscaler, version: version, figures: figures, timing: timing,
          timeScale: request.timeScale
        ).test()
      } catch {
        test = SteadyTest(figures: figures, timeScale: request.timeScale).test(of: target, timing: timing)
        test.omissions.insert("No scaling is tested: \(error).", at: 0)
      }
    } else {
      test = SteadyTest(figures: figures, timeScale: request.timeScale).test()
    }
    omissions = test.omissions
    text =
      ProfileText(
        request: request, target: target, figures: figures, version: version, timing: timing, cpu: cpu, test: test
      ).text
  }
}
