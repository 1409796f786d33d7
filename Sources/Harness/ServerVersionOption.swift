import AutoscalerModel

/// `--kubernetes-version`: the version of a cluster by whose rules its autoscaler is judged.
struct ServerVersionOption {
  /// As the user wrote it.
  let text: String
  let version: KubernetesVersion
  /// That the version is newer than all whose rules are known; `nil` where it is not.
  let warning: String?

  init(_ text: String) throws(HarnessError) {
    let form = /v?1\.(?<minor>[0-9]{1,4})(\.[0-9]+)?([-+][0-9A-Za-z.+-]+)?/
    guard let match = text.wholeMatch(of: form), let version = KubernetesVersion(text: text) else {
      throw HarnessError(
        .usage,
        "--kubernetes-version \(text): this is no version whose autoscaler is known: write \(KubernetesVersion.oldest) or "
          + "a later one, as in 1.34 or v1.34.2")
    }
    self.text = text
    self.version = version
    let isNewer = Int(match.minor).map { $0 > KubernetesVersion.newest.minor } ?? true
    warning =
      isNewer
      ? "--kubernetes-version \(text) is newer than all versions whose rules are known: the autoscaler is judged by those of "
        + "\(KubernetesVersion.newest)" : nil
  }
}
