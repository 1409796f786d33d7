package import KubernetesObjects

/// Something that the run does to the cluster at a planned time, or when a condition is met.
package struct PlannedAction: Sendable, Equatable {
  package enum Kind: Sendable, Equatable {
    /// A rolling update to other images, by name of the container.
    case setImage([String: String])
    /// A rolling update without a change of images, as `kubectl rollout restart` does it.
    case restart
    /// Back to the template of an earlier revision, as `kubectl rollout undo` does it; `nil` for the one before.
    case undo(toRevision: Int?)
    /// Halts the rollout of a Deployment, or lets it go on.
    case pause(Bool)
    /// Sets the count of replicas, through the scale of the workload, as `kubectl scale` does.
    case scale(Int)
    case patch(PlannedPatch)
    /// Applies manifests on the server's side, as `kubectl apply --server-side` does.
    case apply(PlannedApply)
    /// Runs a program, such as `helm upgrade`.
    case exec(PlannedCommand)
    /// Does nothing but wait for its condition, which has to come true in this time.
    case wait(within: Duration)
    case deletePods(PodChoice)
    /// Asks for it through the eviction API, which obeys disruption budgets.
    case evictPods(PodChoice)
    /// Lets no further pod be put on a node.
    case cordon(NodeChoice)
    case uncordon(NodeChoice)
    /// Cordons a node and evicts its pods, as `kubectl drain --ignore-daemonsets --delete-emptydir-data` does.
    case drain(NodeChoice)
  }

  package var name: String
  /// What the profile calls the workload that it is done to; `nil` where there is one only.
  package var workload: String?
  /// When it is done; `nil` with a condition, unless that is waited for from a time on.
  package var at: Moment?
  /// What has to come true before it is done; looked at from `at` on.
  package var when: StartCondition?
  package var kind: Kind
  /// Whether the run is ended when it fails.
  package var endsRunOnError = false
  /// Whether what it changed is put back when the run is over.
  package var isPutBack = false

  package init(
    name: String, workload: String? = nil, at: Moment?, when: StartCondition? = nil, kind: Kind,
    endsRunOnError: Bool = false, isPutBack: Bool = false
  ) {
    self.name = name
    self.workload = workload
    self.at = at
    self.when = when
    self.kind = kind
    self.endsRunOnError = endsRunOnError
    self.isPutBack = isPutBack
  }
}

extension PlannedAction.Kind {
  /// Whether it changes the template of the workload's pods, so that they are replaced; `nil` where that depends on what is
  /// written.
  package var startsRollout: Bool? {
    switch self {
    case .setImage, .restart, .undo: true
    case .patch, .apply, .exec: nil
    case .wait, .pause, .scale, .deletePods, .evictPods, .cordon, .uncordon, .drain: false
    }
  }

  /// Whether it takes its time, or what it does to the pods of its workload; others are over with their answers.
  package var takesTime: Bool {
    switch self {
    case .pause, .cordon, .uncordon: false
    case .patch(let patch): patch.object == nil
    case .setImage, .restart, .undo, .apply, .exec, .wait, .scale, .deletePods, .evictPods, .drain: true
    }
  }

  /// Whether it does something each time that it is done again.
  package var isRepeatable: Bool {
    switch self {
    case .restart, .undo(toRevision: nil), .deletePods, .evictPods: true
    case .setImage, .undo, .pause, .scale, .patch, .apply, .exec, .wait, .cordon, .uncordon, .drain: false
    }
  }

  /// Whether there is anything that could be put back afterwards.
  package var changesObjects: Bool {
    switch self {
    case .setImage, .undo, .pause, .scale, .patch, .apply, .cordon, .drain: true
    // A restart leaves a time in the template, and taking that out would restart once more.
    case .exec(let command): command.release != nil
    case .restart, .wait, .deletePods, .evictPods, .uncordon: false
    }
  }
}

/// A change of an object of the namespace.
package struct PlannedPatch: Sendable, Equatable {
  package enum Form: String, Sendable, CaseIterable {
    case strategic, merge, json
  }

  /// What it is sent as.
  package var form: Form
  /// The object; `nil` for the workload itself.
  package var object: ObjectReference?
  /// The fields, or the operations of a JSON patch.
  package var body: JSONValue

  package init(form: Form, object: ObjectReference?, body: JSONValue) {
    self.form = form
    self.object = object
    self.body = body
  }
}

/// Manifests that are applied.
package struct PlannedApply: Sendable, Equatable {
  /// Files and folders, relative to the profile.
  package var manifests: [String]
  /// Whether fields that others own are taken over.
  package var isForced: Bool
  /// What stands in them, in that order; empty until they are read.
  package var objects: [JSONValue] = []

  package init(manifests: [String], isForced: Bool = false, objects: [JSONValue] = []) {
    self.manifests = manifests
    self.isForced = isForced
    self.objects = objects
  }
}

/// A program that is run beside the load.
package struct PlannedCommand: Sendable, Equatable {
  /// The program and its arguments; no shell reads them.
  package var words: [String]
  /// How long it may take; then it is ended.
  package var within: Duration
  /// The Helm release that it changes, of which revision and status are told, and which cleanup takes back; `nil` for none.
  package var release: String?

  package init(words: [String], within: Duration = .seconds(600), release: String? = nil) {
    self.words = words
    self.within = within
    self.release = release
  }
}

/// Which pods of the workload.
package struct PodChoice: Sendable, Equatable {
  package enum Order: String, Sendable, CaseIterable {
    case oldest, newest
    case notReady = "not ready"
  }

  /// One pod by its name, as those of a StatefulSet have; `nil` for the first ones in an order.
  package var name: String?
  package var order: Order
  package var count: Int

  package init(name: String? = nil, order: Order = .oldest, count: Int = 1) {
    self.name = name
    self.order = order
    self.count = count
  }
}

/// Which node.
package enum NodeChoice: Sendable, Equatable {
  case named(String)
  /// That on which the workload's first pod in an order runs.
  case ofPod(PodChoice.Order)
}

extension PlannedAction {
  /// Whether it runs a program of this machine.
  package var runsProgram: Bool { if case .exec = kind { true } else { false } }
}

extension Profile {
  /// Whether any action runs a program of this machine.
  package var runsPrograms: Bool { actions.contains(where: \.runsProgram) }
}
