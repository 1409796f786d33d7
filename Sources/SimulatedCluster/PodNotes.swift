import KubernetesObjects

// What the pods of a workload say that is not done here as in a cluster.
extension SimulationNotes {
  typealias Note = (field: String, text: String)

  /// - Parameter path: that of the spec of the pods.
  static func podNotes(_ object: JSONValue, at path: [String] = ["spec", "template", "spec"]) -> [Note] {
    let written = path.reduce(Optional(object)) { $0?[$1] }
    guard let written, let spec: PodSpec = try? written.decoded() else { return [] }
    let notes =
      schedulingNotes(written) + placementNotes(written) + volumeNotes(written)
      + containerNotes(written["containers"], DataPlane.servingContainer(spec)?.name, of: "containers")
      + containerNotes(written["initContainers"], nil, of: "initContainers")
    return notes.map { (path.joined(separator: ".") + "." + $0.field, $0.text) }
  }

  private static func schedulingNotes(_ spec: JSONValue) -> [Note] {
    var notes: [Note] = []
    func note(_ field: String, _ isSaid: Bool, _ text: String) {
      if isSaid { notes.append((field, text)) }
    }
    func isFilled(_ field: String) -> Bool {
      spec[field]?.array?.isEmpty == false || spec[field]?.object?.isEmpty == false
        || spec[field]?.string?.isEmpty == false
    }
    note(
      "readinessGates", isFilled("readinessGates"),
      "nobody sets these conditions here: they are taken to hold, so pods become ready as soon as their probes succeed")
    note(
      "schedulerName", isFilled("schedulerName") && spec["schedulerName"] != "default-scheduler",
      "no scheduler of this name is here: the default one takes its place")
    note(
      "schedulingGates", isFilled("schedulingGates"),
      "nobody takes these gates away here: the pods stay Pending until a client does")
    note(
      "nodeName", isFilled("nodeName"),
      "the scheduler is not passed over here: the pods go to the nodes that it chooses")
    note(
      "runtimeClassName", isFilled("runtimeClassName"),
      "RuntimeClasses are not kept here: the pods are made and run as without one")
    note(
      "overhead", isFilled("overhead"),
      "it counts for nothing here: nodes and quotas have room for what containers request")
    note(
      "resourceClaims", isFilled("resourceClaims"),
      "devices are not given out here: every node is taken to have them")
    note("schedulingGroup", isFilled("schedulingGroup"), "pods are scheduled one by one here")
    note("activeDeadlineSeconds", spec["activeDeadlineSeconds"] != nil, "it is not acted on here")
    note(
      "os", (spec["os", "name"]?.string ?? "linux") != "linux", "every node here is taken to be such a one")
    return notes
  }

  /// What a pod asks of machines by labels that the simulated ones do not have, and what it would like.
  private static func placementNotes(_ spec: JSONValue) -> [Note] {
    var notes: [Note] = []
    let taken = "every node here is taken to be such a one"
    if spec["nodeSelector"]?.object?.isEmpty == false { notes.append(("nodeSelector", taken)) }
    let required = "requiredDuringSchedulingIgnoredDuringExecution"
    let preferred = "preferredDuringSchedulingIgnoredDuringExecution"
    if spec["affinity", "nodeAffinity", required] != nil { notes.append(("affinity.nodeAffinity", taken)) }
    if spec["affinity", "podAffinity", required] != nil {
      notes.append(("affinity.podAffinity", "pods are not kept together here"))
    }
    let unweighed = "what pods would like is not weighed here: each goes to the node with the fewest pods"
    for kind in ["nodeAffinity", "podAffinity", "podAntiAffinity"]
    where spec["affinity", kind, preferred]?.array?.isEmpty == false {
      notes.append(("affinity.\(kind).\(preferred)", unweighed))
    }
    for (list, what) in [
      (spec["affinity", "podAntiAffinity", required], "affinity.podAntiAffinity.\(required)"),
      (spec["topologySpreadConstraints"], "topologySpreadConstraints"),
    ] {
      for (index, term) in (list?.array ?? []).enumerated() {
        if term["whenUnsatisfiable"] == "ScheduleAnyway" {
          notes.append(("\(what)[\(index)].whenUnsatisfiable", unweighed))
        } else if term["topologyKey"]?.string != PlacementRules.hostname {
          notes.append(
            (
              "\(what)[\(index)].topologyKey",
              "nodes here differ by \(PlacementRules.hostname) only: pods are not kept apart by "
                + "\(term["topologyKey"]?.string ?? "this")"
            ))
        }
      }
    }
    for (field, text) in unknownResources(spec["resources"]) { notes.append(("resources.requests.\(field)", text)) }
    return notes
  }

  private static func volumeNotes(_ spec: JSONValue) -> [Note] {
    (spec["volumes"]?.array ?? []).enumerated().compactMap { index, volume in
      if volume["ephemeral"] != nil {
        return ("volumes[\(index)].ephemeral", "no claim is made of it here: the volume is taken to be there at once")
      }
      guard volume["persistentVolumeClaim"] != nil else { return nil }
      return (
        "volumes[\(index)].persistentVolumeClaim",
        "claims are bound at once here, and any number of nodes may have the volume, whatever its access modes say"
      )
    }
  }

  /// - Parameter serving: the name of the container whose life is that of the pod.
  private static func containerNotes(_ containers: JSONValue?, _ serving: String?, of list: String) -> [Note] {
    var notes: [Note] = []
    var isInitialSaid = false
    for (index, container) in (containers?.array ?? []).enumerated() {
      let path = "\(list)[\(index)]"
      let isSidecar = list == "initContainers" && container["restartPolicy"] == "Always"
      if list == "initContainers", !isSidecar, !isInitialSaid {
        isInitialSaid = true
        notes.append(
          (
            path,
            "how long init containers take cannot be told from the manifest: they are taken to end at once, or after "
              + "cluster.simulated.workload.initContainers"
          ))
      }
      notes += hookNotes(container["lifecycle"]).map { ("\(path).lifecycle.\($0.field)", $0.text) }
      for probe in ["startupProbe", "readinessProbe", "livenessProbe"]
      where container[probe] != nil && container["name"]?.string != serving {
        notes.append(
          (
            "\(path).\(probe)",
            "only the container \(serving ?? "that serves") is asked here: this one is taken to be well"
          ))
      }
      if container["imagePullPolicy"] == "Never" {
        notes.append(("\(path).imagePullPolicy", "images are pulled here all the same"))
      }
      for field in ["restartPolicy", "restartPolicyRules"] where container[field] != nil && !isSidecar {
        notes.append(("\(path).\(field)", "it is not acted on here: the restartPolicy of the pod counts"))
      }
      notes += unknownResources(container["resources"]).map { ("\(path).resources.requests.\($0.field)", $0.text) }
    }
    return notes
  }

  private static func hookNotes(_ lifecycle: JSONValue?) -> [Note] {
    var notes: [Note] = []
    if let hook: Lifecycle.Handler = try? lifecycle?["preStop"]?.decoded(), PreStopLength(hook) == .unknown {
      notes.append(
        (
          "preStop",
          "how long this takes cannot be told from the manifest: SIGTERM is taken to follow at once, so requests may fail "
            + "that this hook would save; write sleep: {seconds: N} for its length"
        ))
    }
    if lifecycle?["postStart"] != nil {
      notes.append(("postStart", "it is taken to end at once, and well"))
    }
    return notes
  }

  /// Resources that nodes here are not asked for.
  private static func unknownResources(_ resources: JSONValue?) -> [Note] {
    let named = (resources?["requests"]?.object ?? [:]).merging(resources?["limits"]?.object ?? [:]) { $1 }.keys
    return named.filter { $0 != "cpu" && $0 != "memory" }.sorted().map {
      ($0, "nodes here are not asked for \($0): each is taken to have enough of it")
    }
  }
}

// What pods cannot do without and that is not among the objects.
extension SimulationNotes {
  static func missingNotes(on objects: [JSONValue]) -> [SimulationNote] {
    func title(_ kind: String, _ namespace: String, _ name: String) -> String { "\(kind) \(namespace)/\(name)" }
    func namespace(_ object: JSONValue) -> String { object["metadata", "namespace"]?.string ?? "default" }
    var there: Set<String> = []
    for object in objects {
      guard let kind = object["kind"]?.string, let name = object["metadata", "name"]?.string else { continue }
      there.insert(title(kind, kind == "PriorityClass" ? "" : namespace(object), name))
    }
    return objects.enumerated().flatMap { index, object -> [SimulationNote] in
      let kinds: [ClusterKind] = [.deployment, .replicaSet, .statefulSet, .job]
      guard let kind = ClusterKind.kept(manifest: object)?.kind, kinds.contains(kind) else { return [] }
      var named: Set<String> = []
      return Needed.all(of: object["spec", "template", "spec"] ?? [:], in: object).compactMap { needed in
        let place = needed.kind == "PriorityClass" ? "" : namespace(object)
        guard !there.contains(title(needed.kind, place, needed.name)),
          named.insert("\(needed.kind) \(needed.name)").inserted
        else { return nil }
        return SimulationNote(
          object: index, field: "spec.template.spec" + needed.field,
          text:
            "the \(needed.kind) \"\(needed.name)\" is not among the manifests: \(needed.consequence) until somebody "
            + "makes it; add it to them")
      }
    }
  }

  /// An object that the pods of a workload cannot do without.
  private struct Needed {
    let kind: String
    let name: String
    var field = ""
    let consequence: String

    /// - Parameter workload: whose pods they are.
    static func all(of spec: JSONValue, in workload: JSONValue) -> [Needed] {
      var all = ConfigurationReference.all(in: spec).filter { !$0.isOptional }.map {
        Needed(kind: $0.kind.resource.kind, name: $0.name, consequence: "the pods do not start")
      }
      if let account = spec.serviceAccountName, account != "default" {
        let field = spec["serviceAccountName"] == nil ? ".serviceAccount" : ".serviceAccountName"
        all.append(Needed(kind: "ServiceAccount", name: account, field: field, consequence: "no pod is made"))
      }
      if let name = spec["priorityClassName"]?.string, !name.isEmpty, PriorityClass.ofSystem[name] == nil {
        all.append(
          Needed(kind: "PriorityClass", name: name, field: ".priorityClassName", consequence: "no pod is made"))
      }
      let own = (workload["spec", "volumeClaimTemplates"]?.array ?? []).compactMap { $0["metadata", "name"]?.string }
      for (index, volume) in (spec["volumes"]?.array ?? []).enumerated() {
        guard let claim = volume["persistentVolumeClaim", "claimName"]?.string,
          !own.contains(volume["name"]?.string ?? "")
        else { continue }
        all.append(
          Needed(
            kind: "PersistentVolumeClaim", name: claim, field: ".volumes[\(index)].persistentVolumeClaim.claimName",
            consequence: "the pods stay Pending"))
      }
      return all
    }
  }
}
