import KubernetesObjects
import Units

extension PlannedAction {
  static func list(_ field: Field?, plan: inout RunPlan, workloads: WatchedWorkloads?) -> [PlannedAction] {
    guard let field, let elements = field.elements() else { return [] }
    if !plan.hasCluster, !elements.isEmpty {
      field.report("an action needs a cluster to act on", hint: "add cluster: {workload: deployment/NAME}")
    }
    let before = plan
    var actions: [PlannedAction] = []
    for element in elements {
      guard let members = element.members(known: ["name", "of", "at", "rollout"]) else { continue }
      let name = members.required("name", example: "release")?.name(reserved: ["run"])
      let at = members.required("at", example: "\"\(before.phaseNames.first ?? "surge") + 30s\"").flatMap {
        Self.time($0, before)
      }
      let kind = members.required("rollout", example: "{restart: true}").flatMap(Self.rollout)
      let workload = WorkloadChoice(members, among: plan.workloads, what: "the action").name
      if let reference = workloads?.named(workload)?.reference, !reference.kind.type.rollsOut {
        members["rollout"]?.report(
          "\(reference.text) replaces none of its pods when its template changes",
          hint: "roll out a workload that does, such as a Deployment")
      }
      if let name {
        if plan.names.contains(name) {
          element.report("a phase or an action named \"\(name)\" stands before", hint: "give each a name of its own")
        }
        plan.add(action: name, at: at.flatMap(before.planned), workload: workload)
      }
      if let name, let at, let kind {
        actions.append(PlannedAction(name: name, workload: workload, at: at, kind: kind))
      }
    }
    return actions
  }

  private static func time(_ field: Field, _ plan: RunPlan) -> Moment? {
    guard let moment = field.moment(plan, anchors: plan.phaseNames) else { return nil }
    if let planned = plan.planned(moment), let end = plan.end, planned >= end {
      field.report(
        "the action would begin \(planned.text) after the start, but the run ends at \(end.text)",
        hint: "let it begin earlier, or make a phase longer")
      return nil
    }
    return moment
  }

  private static func rollout(_ field: Field) -> Kind? {
    guard let members = field.members(known: ["setImage", "restart"]) else { return nil }
    let told = ("a rollout either sets images or restarts", "write setImage: {CONTAINER: IMAGE}, or restart: true")
    guard let (key, what) = members.one(of: ["setImage", "restart"], nothing: told, several: { _ in told }) else {
      return nil
    }
    switch key {
    case "setImage":
      guard let entries = what.entries() else { return nil }
      if entries.isEmpty {
        what.report("no container is named", hint: "write it as in setImage: {app: \"registry/app:v2\"}")
        return nil
      }
      var result: [String: String] = [:]
      for (container, image) in entries {
        guard let text = image.text() else { return nil }
        if text.isEmpty || text.contains(" ") { image.report("\"\(text)\" is not an image") }
        result[container] = text
      }
      return .setImage(result)
    default:
      guard let wanted = what.bool() else { return nil }
      if !wanted { what.report("a rollout that restarts nothing is none", hint: "write restart: true") }
      return wanted ? .restart : nil
    }
  }
}
