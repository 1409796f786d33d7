import Doctor
import Profiles
import Units

extension RunOptions {
  /// Which option would be ignored, given the profile, and what to do; `nil` where none would.
  func problem(with profile: Profile) -> String? {
    for (option, value) in [("--context", context), ("--kubeconfig", kubeconfig), ("--output", output)]
    where value?.isEmpty ?? false {
      return "\(option) is empty: name one, or leave the option out"
    }
    for id in despite where !Check.all.contains(where: { $0.id == id && $0.severity == .blocking }) {
      let names = Check.all.filter { $0.severity == .blocking }.map(\.id)
      let hint = Spelling.nearest(to: id, among: names).map { "did you mean \($0)?" }
      return "--despite \(id): no finding of this name stops a run; \(hint ?? names.joined(separator: ", "))"
    }
    if !allowsPrograms, !isDryRun, let action = profile.actions.first(where: \.runsProgram) {
      return
        "\(profile.source): the action \(action.name) is to \(action.kind.words), on this machine and with your rights: "
        + "allow that with --allow-exec"
    }
    if allowsPrograms, !profile.runsPrograms {
      return "--allow-exec: no action of \(profile.source) runs a program: leave the option out"
    }
    guard let cluster = profile.cluster else {
      let given = context.map { "--context \($0)" } ?? kubeconfig.map { "--kubeconfig \($0)" }
      return given.map {
        "\($0): the profile names no cluster, so that nothing would be watched: add cluster: {workload: deployment/NAME} "
          + "to \(profile.source), or leave the option out"
      }
    }
    if case .simulated = cluster.kind, context == nil, let kubeconfig {
      return
        "--kubeconfig \(kubeconfig): the profile's cluster is simulated, so that no kubeconfig is read: name a context of "
        + "it with --context, or leave the option out"
    }
    return nil
  }
}
