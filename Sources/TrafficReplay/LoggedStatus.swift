/// The HTTP status of a line, and whether what stands in its place is one.
enum LoggedStatus: Equatable {
  case known(Int)
  /// Three digits, but no status that is registered or that a common server makes up.
  case unusual(Int)
  /// The log has none: `-`, or what nginx writes for a request that it never answered.
  case none
  case noStatus

  init(_ text: some StringProtocol) {
    if Self.absent.contains(String(text)) {
      self = .none
    } else if text.utf8.count == 3, let number = Int(text), (100...999).contains(number) {
      self = Self.isKnown(number) ? .known(number) : .unusual(number)
    } else {
      self = .noStatus
    }
  }

  private static let absent: Set<String> = ["-", "", "0", "000", "009"]

  var number: Int? {
    switch self {
    case .known(let number), .unusual(let number): number
    case .none, .noStatus: nil
    }
  }

  /// IANA's registry of HTTP status codes, and those of nginx, AWS load balancers, IIS and Cloudflare.
  private static func isKnown(_ number: Int) -> Bool {
    switch number {
    case 100...103, 200...208, 226, 300...308, 400...418, 421...426, 428, 429, 431, 440, 444, 449, 451, 460, 463, 464,
      494...499, 500...508, 510, 511, 520...527, 529, 530, 561, 598, 599, 999:
      true
    default: false
    }
  }
}
