import Foundation
import FoundationXML

/// The names of the elements of a document, if it is well-formed.
struct XMLOutline {
  let elements: [String]

  init(_ text: String) throws {
    let names = Names()
    let parser = XMLParser(data: Data(text.utf8))
    parser.delegate = names
    guard parser.parse() else { throw parser.parserError ?? CocoaError(.formatting) }
    elements = names.seen
  }

  private final class Names: NSObject, XMLParserDelegate {
    var seen: [String] = []

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
      attributes: [String: String]
    ) {
      seen.append(name)
    }
  }
}
