import KubernetesObjects
package import RunTimeline
import Units

extension Absence {
  /// `Deployment web was deleted at 105.2s, by whom is not recorded, and made anew at 178.6s by kubectl`.
  package var sentence: String {
    let end = recreated.map { recreated in
      ", and made anew \(recreated.plain)" + (recreatedBy.map { " by \($0)" } ?? ", by whom is not recorded")
    }
    return "\(kind) \(name) was \(fact)\(end ?? ", and was not seen again")"
  }

  /// `deleted at 105.2s (marked "deployment-deleted"), by whom is not recorded`: no object and no event tells who deletes.
  package var fact: String {
    let when = mark.map { "at \($0.at.plain) (marked \"\($0.name)\")" } ?? deleted.plain
    return "deleted \(when), by whom is not recorded"
  }
}

extension ClusterHistory {
  /// What a reader must know of objects that were deleted, one sentence each; where workload and autoscaler went
  /// together, so that their namespace may have been deleted, that is said.
  package var absenceSentences: [String] {
    absences.map { absence in
      let together = absences.contains {
        $0.kind != absence.kind && $0.deleted.earliest - .seconds(5) <= absence.deleted.latest
          && absence.deleted.earliest - .seconds(5) <= $0.deleted.latest
      }
      return absence.sentence
        + (together ? "; \(kind.title) and autoscaler went together, as when their namespace is deleted" : "")
    }
  }
}
