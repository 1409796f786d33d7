import KubernetesObjects
import RunTimeline
import Units

/// What is known of the certificate that the target showed.
struct CertificateNotice: Sendable, Equatable {
  /// A certificate that lives less long than this after the start of the run is worth a warning.
  static let comfortableDays = 30

  /// Of whom it is and until when it holds, as recorded.
  let text: String
  /// Why somebody should act soon; `nil` while there is time.
  let warning: String?

  /// `nil` for a run that saw no certificate.
  init?(_ run: RunDescription) {
    let expiry = run.environment["certificateExpires"]
    guard let text = run.environment["certificate"] ?? expiry else { return nil }
    self.text = text
    guard let expiry, let time = KubernetesTime(text: expiry) else {
      warning = nil
      return
    }
    let microseconds = time.microseconds - run.startedAt.microseconds
    let days = Int((Double(microseconds) / 86_400e6).rounded(.down))
    if microseconds < 0 {
      warning = "The target's certificate had expired when the run began, at \(expiry)."
    } else if days < Self.comfortableDays {
      warning =
        days == 0
        ? "The target's certificate expires within a day of the run, at \(expiry)."
        : "The target's certificate expires \(days.counted("day")) after the run, at \(expiry)."
    } else {
      warning = nil
    }
  }
}
