/// Markup that is safe to show: what is written in the source is markup, what is interpolated is escaped.
///
/// ```swift
/// let row: HTML = "<td>\(podName)</td>"   // podName is text, whatever it holds
/// ```
///
/// Only another `HTML` value is inserted as it is. There is no way in for a `String` but through escaping, so that a
/// hostile pod name, event message or profile stays text, in element content and in quoted attributes alike.
package struct HTML: Sendable, Equatable, ExpressibleByStringInterpolation {
  /// The markup as text.
  package private(set) var markup: String

  package init(stringLiteral markup: StaticString) {
    self.markup = "\(markup)"
  }

  package init(stringInterpolation: StringInterpolation) {
    markup = stringInterpolation.markup
  }

  /// Text that came from anywhere, escaped.
  package init(text: String) {
    markup = text.escapedForMarkup
  }

  private init(markup: String) {
    self.markup = markup
  }

  package static let empty: HTML = ""

  /// Content of a script element that holds data: JSON in which no character can end the element.
  static func embedded(_ json: OrderedJSON) -> HTML {
    HTML(markup: json.embeddable)
  }

  package static func + (left: HTML, right: HTML) -> HTML {
    HTML(markup: left.markup + right.markup)
  }

  package static func += (left: inout HTML, right: HTML) {
    left.markup += right.markup
  }

  package struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var markup = ""

    package init(literalCapacity: Int, interpolationCount: Int) {
      markup.reserveCapacity(literalCapacity + interpolationCount * 16)
    }

    package mutating func appendLiteral(_ literal: StaticString) {
      literal.withUTF8Buffer { markup += String(decoding: $0, as: UTF8.self) }
    }

    package mutating func appendInterpolation(_ text: String) {
      markup += text.escapedForMarkup
    }

    package mutating func appendInterpolation(_ html: HTML) {
      markup += html.markup
    }

    package mutating func appendInterpolation(_ parts: [HTML]) {
      for part in parts { markup += part.markup }
    }

    package mutating func appendInterpolation(_ number: Int) {
      markup += String(number)
    }

    /// A coordinate or a percentage, to a hundredth.
    package mutating func appendInterpolation(_ number: Double) {
      markup += number.coordinate
    }
  }
}

extension Sequence<HTML> {
  func joined(separator: HTML = .empty) -> HTML {
    var result = HTML.empty
    for (index, part) in enumerated() {
      if index > 0 { result += separator }
      result += part
    }
    return result
  }
}
