import KubernetesObjects

extension Check {
  static let ejectionImpossible = Check(
    "ejection-impossible", .warning,
    meaning: "The share of pods that outlier detection may eject is less than one pod: it ejects none.",
    remedy: "Raise maxEjectionPercent.", needs: [.kind("DestinationRule")],
    ofWorkload: { examination in
      examination.destinationRules.compactMap { rule in
        guard let detection = rule.json["spec", "trafficPolicy", "outlierDetection"] else { return nil }
        let percent = detection["maxEjectionPercent"]?.int ?? 10
        let bare = examination.counts.filter { $0 > 0 && percent * $0 / 100 < 1 }
        guard let first = bare.first, let last = bare.last else { return nil }
        return Symptom(
          rule, "spec.trafficPolicy.outlierDetection.maxEjectionPercent",
          "\(percent) % of \(first == last ? "\(first)" : "\(first)..\(last)") pods (min..max \(examination.countsText)) is less "
            + "than one, so that none is ejected however often it fails",
          fix: "raise spec.trafficPolicy.outlierDetection.maxEjectionPercent to at least \((99 + first) / first)")
      }
    })
}
