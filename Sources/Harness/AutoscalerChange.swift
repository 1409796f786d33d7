import AutoscalerModel
import Expectations
import KubernetesObjects
import KubernetesValidation
import Profiles

/// What `explain --set` changes of the recorded autoscaler's spec.
struct AutoscalerChange {
  private let overrides: [ManifestOverride]
  private let recording: String

  /// - Parameter texts: `manifests.hpa.spec.PATH=VALUE`, each.
  /// - Throws: ``HarnessError`` for what is no such path.
  init(_ texts: [String], recording: String) throws(HarnessError) {
    var overrides: [ManifestOverride] = []
    var problems: [String] = []
    for text in texts {
      guard text.hasPrefix(ManifestOverride.prefix) else {
        problems.append(Self.refusal("--set \(text.prefix { $0 != "=" })"))
        continue
      }
      do {
        let override = try ManifestOverride(text)
        if override.kind == HorizontalPodAutoscaler.resource.kind, override.root == "spec" {
          overrides.append(override)
        } else {
          problems.append(Self.refusal(override.source))
        }
      } catch {
        problems.append(error.description)
      }
    }
    guard problems.isEmpty else { throw HarnessError(.invalidInput, problems) }
    self.overrides = overrides
    self.recording = recording
  }

  private static func refusal(_ option: String) -> String {
    "\(option): explain works out decisions of the autoscaler again, from the metrics that were recorded: it takes fields of "
      + "the autoscaler's spec, as manifests.hpa.spec.minReplicas, .maxReplicas, .metrics or .behavior; for anything else, "
      + "use scaleproof simulate"
  }

  /// The spec of the autoscaler with the changes.
  ///
  /// - Throws: ``HarnessError`` for a field that it does not have, or a value that the API server would refuse.
  func spec(of autoscaler: HorizontalPodAutoscaler) throws(HarnessError) -> HorizontalPodAutoscaler.Spec {
    let name = autoscaler.metadata.name ?? ""
    if let other = overrides.first(where: { $0.name != nil && $0.name != name }) {
      throw HarnessError(
        .invalidInput,
        "\(other.source): the autoscaler of the recording is named \"\(name)\"; write manifests.hpa.spec…")
    }
    var object: JSONValue
    do {
      object = [
        "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": ["name": .string(name)],
        "spec": try JSONValue(encoding: autoscaler.spec),
      ]
    } catch {
      throw HarnessError(.defect, "\(recording): the spec of the autoscaler cannot be written as JSON: \(error)")
    }
    do {
      for override in overrides { try override.apply(to: &object) }
    } catch {
      throw HarnessError(.invalidInput, error.description)
    }
    let problems = ObjectValidation.problems(in: object)
    guard problems.isEmpty else {
      throw HarnessError(
        .invalidInput,
        problems.map { problem in
          ProfileProblem(source: source(of: problem.field), message: "\(problem)", hint: problem.hint).description
        })
    }
    let spec: HorizontalPodAutoscaler.Spec
    do {
      spec = try HorizontalPodAutoscaler(object).spec
    } catch {
      throw HarnessError(.invalidInput, "\(overrides.map(\.source).joined(separator: ", ")): \(error)")
    }
    guard spec.scaleTargetRef == autoscaler.spec.scaleTargetRef else {
      throw HarnessError(
        .invalidInput,
        "\(source(of: "spec.scaleTargetRef")): of another workload the recording tells nothing; leave scaleTargetRef as it is"
      )
    }
    return spec
  }

  /// The option that changed a field, or the first that may have.
  private func source(of field: String) -> String {
    let own = overrides.last { field.hasPrefix(String($0.source.dropFirst("--set manifests.hpa.".count))) }
    return (own ?? overrides.first)?.source ?? "--set"
  }
}

extension HorizontalPodAutoscaler {
  fileprivate init(_ object: JSONValue) throws { self = try object.decoded() }
}
