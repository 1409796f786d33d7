import ApplicationNature
import KubernetesObjects
import Testing
import Units

@testable import SimulatedCluster

@Suite("What becomes of a pod after it has started")
struct PodLifeTests {
  /// A cluster of the workload with an application.
  private func cluster(
    of workload: Workload? = nil, seconds: Int = 60, _ change: (inout SimulatedWorkload) -> Void = { _ in }
  ) throws -> ClusterSimulation {
    var description = SimulatedWorkload()
    change(&description)
    var cluster = try ClusterSimulation(manifests: (workload ?? Workload()).manifests, workload: description)
    cluster.advance(to: .seconds(seconds))
    return cluster
  }

  private func containers(_ cluster: ClusterSimulation) -> [Pod.ContainerStatus] {
    cluster.objects(.pod).compactMap { $0.pod?.status?.containerStatuses?.first }
  }

  /// Each start of the container of the first pod, in seconds of cluster time.
  private func starts(of cluster: ClusterSimulation, until seconds: Int) -> [Int] {
    var cluster = cluster
    var starts: [Int] = []
    for second in 1...seconds {
      cluster.advance(to: .seconds(second))
      let pod = cluster.objects(.pod).min { $0.key.name < $1.key.name }?.pod
      guard let since = pod?.status?.containerStatuses?.first?.state?.running?.startedAt else { continue }
      let start = Int((since.microseconds - cluster.epoch.microseconds) / 1_000_000)
      if starts.last != start { starts.append(start) }
    }
    return starts
  }

  @Test("A container that ends again and again starts at once, then after 10 s, 20 s, 40 s, and so on to 300 s")
  func backOff() throws {
    var cluster = try cluster(seconds: 0) { $0.application.crashesAfter = .seconds(2) }

    let starts = starts(of: cluster, until: 900)
    cluster.advance(to: .seconds(900))
    let gaps = zip(starts.dropFirst(), starts).map { $0 - $1 }
    // Two seconds until it ends, one until it runs again.
    #expect(Array(gaps.prefix(7)) == [3, 13, 23, 43, 83, 163, 303])
    #expect(containers(cluster).allSatisfy { $0.restartCount ?? 0 >= 7 && $0.ready == false })
    #expect(containers(cluster).allSatisfy { $0.lastState?.terminated?.exitCode == 1 })
    let waiting = containers(cluster).compactMap(\.state?.waiting)
    #expect(!waiting.isEmpty && waiting.allSatisfy { $0.reason == "CrashLoopBackOff" })
    #expect(cluster.events.contains { $0.reason == "BackOff" && $0.type == "Warning" })
  }

  @Test("A liveness probe that fails as often as its threshold ends the container, and it starts anew")
  func liveness() throws {
    var cluster = try cluster(seconds: 100)
    cluster.plan(
      [
        Fault(
          .application(ApplicationChange.with { $0.staysAlive = false }, version: nil), begins: .zero,
          lasts: .seconds(60))
      ],
      loadBegins: .seconds(100))
    // Three failures ten seconds apart, the first within ten seconds; ten seconds of preStop.
    cluster.advance(to: .seconds(119))
    #expect(containers(cluster).allSatisfy { $0.restartCount == 0 })
    cluster.advance(to: .seconds(145))
    #expect(containers(cluster).allSatisfy { $0.restartCount == 1 })
    #expect(cluster.events.contains { $0.message?.contains("failed liveness probe, will be restarted") == true })
    cluster.advance(to: .seconds(300))
    #expect(cluster.deployment?.status?.readyReplicas == 3)
  }

  @Test("Requests that wait longer than a probe may make the pod unready, and the probe that succeeds again ready")
  func readinessUnderLoad() throws {
    var cluster = try cluster { $0.application.queueLimit = 5_000 }
    // Each pod has half a core: 500 requests a second.
    cluster.setOfferedRate(3_000, host: Workload.host)
    cluster.advance(to: .seconds(80))
    #expect(cluster.objects(.pod).contains { $0.pod?.isReady == false })
    #expect(
      cluster.events.contains { $0.message?.contains("Readiness probe failed: context deadline exceeded") == true })
    cluster.setOfferedRate(10, host: Workload.host)
    cluster.advance(to: .seconds(120))
    #expect(cluster.objects(.pod).allSatisfy { $0.pod?.isReady == true })
  }

  @Test("A container that takes more memory than its limit is killed, as OOMKilled")
  func outOfMemory() throws {
    // 384 MiB are free: 384 Ki requests of a KiB, at 100 a second and pod.
    var cluster = try cluster { $0.application.memoryPerRequest = 1 << 20 }
    cluster.setOfferedRate(30, host: Workload.host)
    cluster.advance(to: .seconds(120))
    let ended = containers(cluster).compactMap(\.lastState?.terminated)
    #expect(ended.contains { $0.reason == "OOMKilled" && $0.exitCode == 137 })
  }

  @Test(
    "A container that ends of itself while its pod is on its way out has the exit code and the reason of that",
    arguments: [true, false])
  func endWhileTerminating(crashes: Bool) throws {
    var workload = try Workload()
    let path = ["spec", "template", "spec", "containers"]
    var container = try #require(workload.deploymentObject["spec", "template", "spec", "containers"]?[0])
    container["lifecycle"] = ["preStop": ["exec": ["command": ["sleep", "40"]]]]
    workload.deploymentObject.setMember([container], at: path)
    var cluster = try cluster(of: workload) {
      if crashes { $0.application.crashesAfter = .seconds(70) } else { $0.application.memoryPerRequest = 1 << 20 }
    }
    let pod = try #require(cluster.objects(.pod).first?.key.name)
    let version = cluster.resourceVersion
    cluster.ask("DELETE", "/api/v1/namespaces/\(Workload.namespace)/pods/\(pod)")
    if !crashes { cluster.setOfferedRate(30_000, host: Workload.host) }
    cluster.advance(to: cluster.now + .seconds(60))

    let states = (cluster.changes(.pod, after: version) ?? []).filter { $0.object.key.name == pod }
      .compactMap { $0.object.pod?.status?.containerStatuses?.first?.state?.terminated }
    let last = try #require(states.last)
    #expect(last.exitCode == (crashes ? 1 : 137) && last.reason == (crashes ? "Error" : "OOMKilled"), "\(last)")
  }

  @Test("An application of which nothing is said takes no more memory than half of its limit, so that it lives")
  func smallLimit() throws {
    var workload = try Workload()
    let path = ["spec", "template", "spec", "containers"]
    var container = try #require(workload.deploymentObject["spec", "template", "spec", "containers"]?[0])
    container["resources"] = ["requests": ["cpu": "250m"], "limits": ["cpu": "500m", "memory": "64Mi"]]
    workload.deploymentObject.setMember([container], at: path)
    let cluster = try cluster(of: workload, seconds: 120)
    #expect(cluster.deployment?.status?.readyReplicas == 3)
    #expect(containers(cluster).allSatisfy { $0.restartCount == 0 })
  }

  @Test("Memory that is taken by requests shows in the metrics and does not come back")
  func memoryStays() throws {
    var cluster = try cluster { $0.application.memoryPerRequest = 1 << 16 }
    cluster.setOfferedRate(30, host: Workload.host)
    cluster.advance(to: .seconds(120))
    cluster.setOfferedRate(0, host: Workload.host)
    cluster.advance(to: .seconds(400))
    let memory = cluster.podMetrics(namespace: Workload.namespace).compactMap {
      $0.containers?.first?.usage["memory"]?.quantity.value
    }
    // Ten requests a second and pod for a minute.
    #expect(memory.allSatisfy { (165 << 20...167 << 20).contains(Int($0)) })
  }

  @Test("An application that is busy at its start shows as CPU, and has a tenth of its limit for requests at the least")
  func busyStart() throws {
    var cluster = try cluster(seconds: 1) {
      $0.application.busyStart = .seconds(60)
      $0.application.busyStartCores = 4
    }
    cluster.advance(to: .seconds(40))
    let usage = cluster.podMetrics(namespace: Workload.namespace).compactMap {
      $0.containers?.first?.usage["cpu"]?.quantity.milli
    }
    #expect(usage == [500, 500, 500])
    guard case .forwarded(let request) = cluster.arrive(host: Workload.host, target: "/") else {
      Issue.record("not forwarded")
      return
    }
    // A millisecond of CPU at 50 millicores, and what of the service time is no CPU.
    #expect(abs(request.answerAfter.seconds - (0.020 + 0.003)) < 1e-6)
  }

  @Test("An application that fails a share of its requests fails that share, to two requests of each pod")
  func failingShare() throws {
    var cluster = try cluster { $0.application.failingShare = 0.25 }
    var failed = 0
    for index in 0..<300 {
      cluster.advance(to: .seconds(60) + .milliseconds(20) * index)
      guard case .forwarded(let request) = cluster.arrive(host: Workload.host, target: "/") else { continue }
      if cluster.outcome(of: request) == .failed { failed += 1 }
    }
    #expect((75 - 2 * 3...75 + 2 * 3).contains(failed))
  }

  @Test("A version behaves as its entry says, and the others as all do")
  func versions() throws {
    var cluster = try cluster { $0.versions["v2.0.0"] = .broken }
    cluster.setImage("v2.0.0")
    cluster.advance(to: .seconds(120))
    let ready = cluster.objects(.pod).compactMap(\.pod).filter(\.isReady)
    #expect(ready.count == 2 && ready.allSatisfy { $0.spec.containers?.first?.image?.hasSuffix("v1.0.0") == true })
  }

  @Test("Connections keep their pods where the Ingress chooses one for each; new ones take turns")
  func connections() throws {
    var cluster = try cluster { $0.balancing = .connections }
    func pod(_ connection: Int) -> String {
      guard case .forwarded(let request) = cluster.arrive(host: Workload.host, target: "/", over: connection) else {
        return ""
      }
      return cluster.answeringPod(request.pod).name
    }
    let first = pod(1)
    #expect((0..<20).allSatisfy { _ in pod(1) == first })
    #expect(Set((1...3).map(pod)).count == 3)
    cluster.ask("DELETE", "/api/v1/namespaces/production/pods/\(first)")
    cluster.advance(to: .seconds(100))
    #expect(pod(1) != first && !pod(1).isEmpty)
  }
}

extension ApplicationChange {
  static func with(_ change: (inout ApplicationChange) -> Void) -> ApplicationChange {
    var result = ApplicationChange()
    change(&result)
    return result
  }
}
