/// What is wrong with an object that cannot be decoded, in a few words.
enum DecodingProblem {
  static func text(_ error: any Error) -> String {
    guard let error = error as? DecodingError else { return "\(error)" }
    func place(_ context: DecodingError.Context, _ key: (any CodingKey)? = nil) -> String {
      let path = (context.codingPath + (key.map { [$0] } ?? [])).map(\.stringValue).joined(separator: ".")
      return path.isEmpty ? "the object" : path
    }
    return switch error {
    case .keyNotFound(let key, let context): "\(place(context, key)) is missing"
    case .valueNotFound(_, let context): "\(place(context)) is null"
    case .typeMismatch(_, let context): "\(place(context)) has another type"
    case .dataCorrupted(let context):
      context.codingPath.isEmpty ? "it is no JSON object" : "\(place(context)) is damaged"
    @unknown default: "\(error)"
    }
  }
}
