import KubernetesObjects

/// A short name for a pod template: equal templates have equal names.
///
/// Kubernetes hashes a dump of Go structures with 32-bit FNV-1a and writes the decimal digits in an alphabet without
/// vowels; here the same is done to the sorted JSON (Kubernetes, pkg/controller/controller_utils.go, `ComputeHash`).
func templateHash(_ template: JSONValue) -> String {
  var hash: UInt32 = 2_166_136_261
  func add(_ byte: UInt8) {
    hash = (hash ^ UInt32(byte)) &* 16_777_619
  }
  func add(_ text: String) {
    for byte in text.utf8 { add(byte) }
    add(0)
  }
  func visit(_ value: JSONValue) {
    switch value {
    case .null: add(0x6E)
    case .bool(let flag): add(flag ? 0x74 : 0x66)
    case .integer(let number): add(String(number))
    case .number(let number): add(String(number))
    case .string(let text): add(text)
    case .array(let elements):
      add(0x5B)
      elements.forEach(visit)
    case .object(let members):
      add(0x7B)
      for key in members.keys.sorted() {
        add(key)
        visit(members[key] ?? .null)
      }
    }
    add(0x2C)
  }
  visit(template)
  let alphabet = Array("bcdfghjklmnpqrstvwxz2456789")
  return String(String(hash).utf8.map { alphabet[Int($0) % alphabet.count] })
}
