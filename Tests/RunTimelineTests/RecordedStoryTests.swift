import KubernetesObjects
import RunTimeline
import TestRecordings
import Testing
import Units

@Suite("What a real control plane did is read from its recordings")
struct RecordedStoryTests {
  /// That a count went through these values, each change seen at the stated second and bounded to about a second.
  private func expect(
    _ envelope: CountEnvelope, goesThrough story: [(value: Int, at: Double)], within: Duration = .seconds(3),
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let values = certainValues(envelope)
    #expect(values.map(\.value) == story.map(\.value), sourceLocation: sourceLocation)
    for (seen, told) in zip(values, story).dropFirst() {
      let stated = Duration.milliseconds(Int64((told.at * 1000).rounded()))
      #expect(
        seen.by >= stated - .milliseconds(100) && seen.by <= stated + .milliseconds(200),
        "\(told.value) at \(seen.by) instead of \(stated)", sourceLocation: sourceLocation)
      let before = envelope.range(at: seen.by - within)
      #expect(before?.count == 1, "known \(within) before \(seen.by)", sourceLocation: sourceLocation)
    }
  }

  @Test("A surge scales 3 -> 7 -> 8, and its end back over 4 to 3, at the recorded times")
  func surge() throws {
    let history = try Recordings.history("surge-and-rollout")
    expect(history.wantedReplicas, goesThrough: [(3, 0), (7, 73.3), (8, 103.4), (4, 598.8), (3, 658.8)])
    #expect(certainValues(history.recommendedReplicas).map(\.value) == [3, 7, 8, 4, 3])
    #expect(history.gaps.values.reduce(0) { $0 + $1.count } == 0)
  }

  @Test("A rollout that an action of the run began lies between the action's request and its answer")
  func rolloutOfAction() throws {
    func started(generation: Int64) throws -> InstantBounds {
      let action = ActionSpan(
        name: "release", summary: "rollout", plannedAt: .seconds(180), sent: .milliseconds(179_880),
        answered: .milliseconds(179_910), generation: generation)
      let timeline = try Recordings.timeline("surge-and-rollout", actions: [action])
      return try #require(timeline.cluster?.rollouts.first?.started)
    }

    #expect(try started(generation: 4) == InstantBounds(.milliseconds(179_880), .milliseconds(179_910)))
    #expect(try started(generation: 3).width > .milliseconds(30))
  }

  @Test("The rollout starts at 180 s, is complete at 208.4 s, and keeps between 7 available and 10 pods")
  func rollout() throws {
    let history = try Recordings.history("surge-and-rollout")
    let rollout = try #require(history.rollouts.first)
    #expect(history.rollouts.count == 1)
    #expect(rollout.generation == 4)
    #expect(rollout.image?.hasSuffix(":v2.0.0") ?? false)
    #expect(rollout.started.earliest >= .seconds(179) && rollout.started.latest <= .milliseconds(180_000))
    let completed = try #require(rollout.completed)
    #expect(completed.latest >= .milliseconds(208_350) && completed.latest <= .milliseconds(208_450))
    #expect(completed.width <= .milliseconds(1_500))
    #expect(rollout.superseded == nil)
    #expect(rollout.stalled == nil)
    let available = try #require(history.availableReplicas.extent(from: .seconds(181), to: .seconds(208)))
    #expect(available.lowerBound == 7)
    let current = try #require(history.currentReplicas.extent(from: .seconds(181), to: .seconds(208)))
    #expect(current.upperBound == 10)
    let ready = try #require(history.readyReplicas.extent(from: .seconds(181), to: .seconds(208)))
    // Pods bear whole seconds, and several swaps fall into one: fewer may have been ready than ever were.
    #expect(ready.lowerBound >= 4, "\(ready)")
    #expect(ready.upperBound <= 10, "\(ready)")
  }

  @Test("13 pods are added to the 3 of the beginning and 13 go, so that 3 of the new version are left")
  func pods() throws {
    let history = try Recordings.history("surge-and-rollout")
    #expect(history.pods.count == 16)
    let added = history.pods.filter { $0.created.latest > .zero }
    #expect(added.count == 13)
    #expect(history.pods.filter { $0.removed != nil }.count == 13)
    let left = history.pods.filter { $0.removed == nil }
    #expect(left.count == 3)
    #expect(left.allSatisfy { $0.image?.hasSuffix(":v2.0.0") ?? false })
    #expect(history.readyReplicas.range(at: history.readyReplicas.end) == 3...3)
    #expect(history.readyEndpoints.range(at: history.readyEndpoints.end) == 3...3)
  }

  @Test("Each step of a pod's life comes after the one before it, bounded to seconds")
  func podLives() throws {
    let history = try Recordings.history("surge-and-rollout")
    for pod in history.pods {
      let scheduled = try #require(pod.scheduled)
      let started = try #require(pod.started)
      let ready = try #require(pod.ready.first?.from)
      #expect(pod.created.width <= .milliseconds(1_100))
      #expect(ready.width <= .milliseconds(1_100), "\(pod.name)")
      #expect(pod.created.earliest <= scheduled.latest)
      // The rig stamped PodScheduled anew when a pod became ready, and of the first pods only that was seen.
      if pod.created.latest > .zero { #expect(scheduled.earliest <= started.latest) }
      #expect(started.earliest <= ready.latest)
      #expect(pod.ready.count == 1)
      if let removed = pod.removed {
        let requested = try #require(pod.deleteRequested)
        #expect(requested.earliest <= removed.latest)
        #expect(pod.gracePeriod != nil)
      }
    }
  }

  @Test("Pods that were there before the recording were created before it")
  func olderPods() throws {
    let older = try Recordings.history("surge-and-rollout").pods.filter { $0.created.latest < .zero }
    #expect(older.count == 3)
    for pod in older { #expect(pod.created.earliest >= .seconds(-60)) }
  }

  @Test("A rollout to a broken image stalls at 70.8 s, and its undo is complete at 107.7 s")
  func stuckRollout() throws {
    let history = try Recordings.history("stuck-rollout-and-undo")
    #expect(history.rollouts.count == 2)
    let broken = try #require(history.rollouts.first)
    let undo = try #require(history.rollouts.last)
    #expect(broken.started.latest >= .milliseconds(9_800) && broken.started.latest <= .milliseconds(10_100))
    #expect(broken.completed == nil)
    let stalled = try #require(broken.stalled)
    #expect(stalled.latest >= .milliseconds(70_700) && stalled.latest <= .milliseconds(70_900))
    #expect(broken.superseded == undo.started)
    #expect(undo.started.latest >= .milliseconds(99_900) && undo.started.latest <= .milliseconds(100_300))
    let completed = try #require(undo.completed)
    #expect(completed.latest >= .milliseconds(107_600) && completed.latest <= .milliseconds(107_800))
    #expect(certainValues(history.wantedReplicas).map(\.value) == [3])
    #expect(history.availableReplicas.extent(from: .seconds(1), to: .seconds(199))?.lowerBound == 2)
    #expect(history.pods.filter { $0.ready.isEmpty }.count == 3)
  }

  @Test("While metrics are missing the autoscaler stands still, and says why")
  func metricsOutage() throws {
    let history = try Recordings.history("metrics-outage")
    expect(history.wantedReplicas, goesThrough: [(3, 0), (7, 163.4)])
    let reasons = Set(history.events.compactMap(\.event.reason))
    #expect(reasons.isSuperset(of: ["FailedGetResourceMetric", "FailedComputeMetricsReplicas", "SuccessfulRescale"]))
    let inactive = history.autoscaler.filter { version in
      version.object.status?.conditions?.contains { $0.type == "ScalingActive" && $0.status == "False" } ?? false
    }
    #expect(!inactive.isEmpty)
  }

  @Test("A quota of 5 pods holds a workload of 8 at 5 ready")
  func quota() throws {
    let history = try Recordings.history("quota-blocked")
    expect(history.wantedReplicas, goesThrough: [(3, 0), (5, 42.2), (8, 57.2)])
    #expect(history.readyReplicas.extent(from: .seconds(80), to: .seconds(190)) == 5...5)
    #expect(history.pods.count == 5)
    #expect(
      history.events.contains {
        $0.event.reason == "FailedCreate" && $0.event.message?.contains("exceeded quota") ?? false
      })
    let last = try #require(history.workload.last?.object.status)
    #expect(last.condition("ReplicaFailure")?.status == "True")
  }

  @Test("Without a behavior block a surge goes over 6 to 10 and back to 3 in one step")
  func noBehavior() throws {
    let history = try Recordings.history("no-behavior-surge-to-max")
    expect(history.wantedReplicas, goesThrough: [(3, 0), (6, 64.9), (10, 79.9), (3, 455.2)])
    #expect(history.pods.count == 10)
  }

  @Test("What happened before a deletion stays known: 3, 7 and 8 were wanted until the workload was deleted at 105.2 s")
  func deletedAndRecreated() throws {
    let history = try Recordings.history("workload-deleted-and-recreated")
    #expect(certainValues(history.wantedReplicas).map(\.value) == [3, 7, 8, 0, 3])
    #expect(history.wantedReplicas.range(at: .seconds(50)) == 3...3)
    #expect(history.wantedReplicas.range(at: .seconds(62)) == 7...7)
    #expect(history.wantedReplicas.range(at: .seconds(104)) == 8...8)
    #expect(history.readyReplicas.range(at: .seconds(104)) == 8...8)
    #expect(history.readyReplicas.range(at: .seconds(120)) == 0...0)
    #expect(history.readyReplicas.range(at: .seconds(200)) == 3...3)
    #expect(history.pods.count == 8 + 3)
    #expect(history.rollouts.isEmpty, "a workload made anew is no rollout")
    let absence = try #require(history.absences.first)
    #expect(history.absences.count == 1)
    #expect(absence.kind == "Deployment")
    #expect(absence.deleted.earliest >= .seconds(104) && absence.deleted.latest <= .seconds(106))
    let recreated = try #require(absence.recreated)
    #expect(recreated.earliest >= .seconds(178) && recreated.latest <= .seconds(180))
    #expect(absence.recreatedBy == "kubectl-client-side-apply")
  }

  @Test("A release is overtaken by an undo to revision 1, which is complete at 92.9 s")
  func overtakenRelease() throws {
    let history = try Recordings.history("release-overtaken-by-undo")
    expect(
      history.wantedReplicas, goesThrough: [(3, 0), (7, 60.2), (8, 120.5), (4, 165.9), (3, 181.0)],
      within: .seconds(5))
    let release = try #require(history.rollouts.first)
    let undo = try #require(history.rollouts.last)
    #expect(history.rollouts.count == 2)
    #expect(release.completed == nil)
    #expect(release.superseded == undo.started)
    #expect(release.undoneTo == "1")
    #expect(undo.started.earliest >= .seconds(74) && undo.started.latest <= .milliseconds(75_100))
    let completed = try #require(undo.completed)
    #expect(completed.latest >= .milliseconds(92_800) && completed.latest <= .seconds(93))
  }

  @Test("Events of foreign objects are told from those of the workload")
  func foreignEvents() throws {
    let history = try Recordings.history("foreign-pod-in-selector")
    #expect(!history.ownEvents.isEmpty)
    #expect(history.events.count > history.ownEvents.count)
    let names = Set(history.ownEvents.compactMap(\.event.involvedObject.name))
    #expect(names.allSatisfy { $0.hasPrefix("aspnetcore-") }, "\(names)")
  }
}
