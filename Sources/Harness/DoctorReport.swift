import Doctor
import Foundation
import KubernetesObjects
import Profiles
import Redaction

/// A diagnosis for people and for programs, with the places of what it is about.
struct DoctorReport {
  let diagnosis: Diagnosis
  /// Those that were made or could not be.
  var checks = Check.all
  /// By which places of fields are found; empty for what a cluster told.
  var documents: [Manifest] = []

  /// One line: `warning  prestop-missing  web.yaml:12:9: spec.…: what; fix`.
  func line(_ finding: Finding) -> String {
    "\(finding.severity.rawValue)  \(finding.id)  \(subject(of: finding)): \(finding.message); \(finding.fix)"
  }

  private func place(of finding: Finding) -> FieldPlace? {
    guard let index = finding.index, documents.indices.contains(index) else { return nil }
    return documents[index].place(of: finding.field)
  }

  private func subject(of finding: Finding) -> String {
    let place = place(of: finding).map { Self.text(of: $0) + ": " } ?? ""
    return place + finding.object + (finding.field.isEmpty ? "" : " \(finding.field)")
  }

  private static func text(of place: FieldPlace) -> String {
    [place.source, place.line.map(String.init), place.column.map(String.init)].compactMap(\.self).joined(separator: ":")
  }

  /// Everything, one line each: findings, what could not be checked, and the sum.
  var lines: [String] {
    diagnosis.findings.map(line) + uncheckedLines + [summary]
  }

  /// What could not be checked, one line for each reason.
  var uncheckedLines: [String] {
    reasons.map { reason in
      let ids = diagnosis.unchecked.filter { $0.reason == reason }.map(\.id)
      return "not checked: \(ids.joined(separator: ", ")): \(reason)"
    }
  }

  private var reasons: [String] {
    var reasons: [String] = []
    for unchecked in diagnosis.unchecked where !reasons.contains(unchecked.reason) { reasons.append(unchecked.reason) }
    return reasons
  }

  /// `2 blocking, 3 warnings, 1 advice; 60 checks made, 7 not made`
  var summary: String {
    func count(_ severity: Severity, _ one: String, _ several: String) -> String {
      let number = diagnosis.count(severity)
      return "\(number) \(number == 1 ? one : several)"
    }
    let made = checks.count - diagnosis.unchecked.count
    let left = diagnosis.unchecked.count
    return "\(count(.blocking, "blocking", "blocking")), \(count(.warning, "warning", "warnings")), "
      + "\(count(.advice, "advice", "pieces of advice")); \(made) checks made, \(left) not"
      + (left == 0 ? "" : ": what they would find is not known")
  }

  /// The same as one JSON object.
  var json: JSONValue {
    let findings = diagnosis.findings.map { finding -> JSONValue in
      var value: JSONValue = [
        "id": .string(finding.id), "severity": .string(finding.severity.rawValue), "object": .string(finding.object),
        "field": .string(finding.field), "message": .string(finding.message), "fix": .string(finding.fix),
      ]
      guard let place = place(of: finding) else { return value }
      value["file"] = .string(place.source)
      if let line = place.line { value["line"] = .integer(Int64(line)) }
      if let column = place.column { value["column"] = .integer(Int64(column)) }
      return value
    }
    let unchecked = diagnosis.unchecked.map { unchecked -> JSONValue in
      ["id": .string(unchecked.id), "reason": .string(unchecked.reason)]
    }
    return [
      "schema": 1, "findings": .array(findings), "notChecked": .array(unchecked),
      "blocking": .integer(Int64(diagnosis.count(.blocking))), "warnings": .integer(Int64(diagnosis.count(.warning))),
      "advice": .integer(Int64(diagnosis.count(.advice))),
      "checks": .integer(Int64(checks.count - diagnosis.unchecked.count)),
    ]
  }

  /// Prints it.
  func write(as format: DoctorOptions.Format) throws {
    switch format {
    case .text:
      for line in lines { StandardOutput.line(TerminalText.plain(SecretText.redacted(message: line))) }
    case .json: StandardOutput.line(SecretText.redacted(message: String(decoding: try json.json(), as: UTF8.self)))
    }
  }

  /// - Parameter strict: whether warnings count as well.
  func status(strict: Bool) -> ExitStatus {
    diagnosis.count(.blocking) > 0 || (strict && diagnosis.count(.warning) > 0) ? .refused : .passed
  }
}
