internal import CLibcurl
internal import Glibc

/// Owner of a list of texts as libcurl takes it: header lines, addresses.
///
/// libcurl does not copy lists. Whoever gives one to a ``Transfer`` keeps it until the transfer has another one, or is gone.
package struct TextList: ~Copyable {
  private(set) var head: UnsafeMutablePointer<curl_slist>?

  package init() {}

  package init(_ texts: [String]) throws(CurlError) {
    for text in texts { try append(text) }
  }

  deinit {
    curl_slist_free_all(head)
  }

  package mutating func append(_ text: String) throws(CurlError) {
    try take(curl_slist_append(head, text))
  }

  /// Appends UTF-8 bytes that end with a zero, without making a `String`.
  package mutating func append(terminatedBytes bytes: [UInt8]) throws(CurlError) {
    try take(bytes.withUnsafeBytes { curl_slist_append(head, $0.bindMemory(to: CChar.self).baseAddress) })
  }

  package mutating func removeAll() {
    curl_slist_free_all(head)
    head = nil
  }

  /// The header lines without those of some fields, whose names are in lower case.
  package func leavingOut(_ fields: Set<String>) throws(CurlError) -> TextList {
    var list = TextList()
    var next = head
    while let entry = next {
      if let text = entry.pointee.data.map({ String(cString: $0) }) {
        if !fields.contains(text.prefix { $0 != ":" && $0 != ";" }.lowercased()) { try list.append(text) }
      }
      next = entry.pointee.next
    }
    return list
  }

  private mutating func take(_ longer: UnsafeMutablePointer<curl_slist>?) throws(CurlError) {
    guard let longer else { throw CurlError.setup("curl_slist_append", code: CURLE_OUT_OF_MEMORY) }
    head = longer
  }
}
