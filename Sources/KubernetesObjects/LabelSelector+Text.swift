extension LabelSelector {
  /// The selector as one text, sorted: `app=web,tier in (a,b)`.
  package var text: String {
    let equal = (matchLabels ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    let others = (matchExpressions ?? []).map { requirement in
      let values = (requirement.values ?? []).sorted().joined(separator: ",")
      switch requirement.operator {
      case "In": return "\(requirement.key) in (\(values))"
      case "NotIn": return "\(requirement.key) notin (\(values))"
      case "DoesNotExist": return "!\(requirement.key)"
      default: return requirement.key
      }
    }
    return (equal + others).joined(separator: ",")
  }
}
