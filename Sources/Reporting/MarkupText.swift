extension String {
  /// The text with everything escaped that means something in HTML or XML, in content and in quoted attributes.
  ///
  /// Characters that XML 1.0 forbids even when escaped (section 2.2: most control characters) become U+FFFD.
  /// Marks that turn the direction of writing become U+FFFD too, since they make a text read as another one.
  var escapedForMarkup: String {
    guard unicodeScalars.contains(where: \.needsEscapeInMarkup) else { return self }
    var result = ""
    result.reserveCapacity(utf8.count + 16)
    for scalar in unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case _ where scalar.isForbiddenInText: result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// The text on one line and without control characters, for a terminal: an escape sequence in a pod name must not
  /// move the cursor or colour the screen.
  var plainLine: String {
    var result = ""
    for scalar in unicodeScalars {
      if scalar == "\n" || scalar == "\t" || scalar == "\r" {
        result += " "
      } else if scalar.isForbiddenInText || (0x7F...0x9F).contains(scalar.value) {
        result += "\u{FFFD}"
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}

extension Unicode.Scalar {
  fileprivate var needsEscapeInMarkup: Bool {
    switch self {
    case "&", "<", ">", "\"", "'": true
    default: isForbiddenInText
    }
  }

  fileprivate var isForbiddenInText: Bool {
    switch value {
    case 0x09, 0x0A, 0x0D: false
    case 0x00...0x1F, 0xFFFE, 0xFFFF: true
    case 0x202A...0x202E, 0x2066...0x2069: true
    default: false
    }
  }
}
