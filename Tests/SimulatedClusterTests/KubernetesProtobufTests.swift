import Foundation
import KubernetesObjects
import Testing

@testable import SimulatedCluster

@Suite("Objects in Kubernetes' binary form")
struct KubernetesProtobufTests {
  /// An object as kubectl packs it: `k8s`, a zero, and an envelope with its type and its bytes.
  private func packed(_ version: String, _ kind: String, _ object: ProtobufMessage) -> [UInt8] {
    var type = ProtobufMessage()
    type.put(1, text: version)
    type.put(2, text: kind)
    var envelope = ProtobufMessage()
    envelope.put(1, message: type)
    envelope.put(2, message: object)
    return [0x6b, 0x38, 0x73, 0] + envelope.bytes
  }

  private func namespace(_ name: String) -> ProtobufMessage {
    var metadata = ProtobufMessage()
    metadata.put(1, text: name)
    metadata.put(8, text: "")
    return metadata.inside(1)
  }

  @Test("an object is read without the fields that are empty")
  func reads() throws {
    let object = try KubernetesProtobuf.object(packed("v1", "Namespace", namespace("other")))

    #expect(object == ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "other"]])
  }

  @Test("what is wanted of a delete is read in whatever version of a group it comes", arguments: ["v1", "apps/v1"])
  func deleteOptions(version: String) throws {
    var options = ProtobufMessage()
    options.put(4, text: "Foreground")
    options.put(5, text: "All")
    let object = try KubernetesProtobuf.object(packed(version, "DeleteOptions", options))

    #expect(object["propagationPolicy"] == "Foreground" && object["dryRun"] == ["All"])
  }

  @Test("the bytes of a Secret are base64 in JSON", arguments: ["", "a", "ab", "abc", "release\u{0}\u{ff}"])
  func secret(text: String) throws {
    var entry = ProtobufMessage()
    entry.put(1, text: "release")
    entry.put(2, text: text)
    var secret = namespace("sh.helm.release.v1.web.v1")
    secret.put(2, message: entry)
    secret.put(3, text: "helm.sh/release.v1")
    let object = try KubernetesProtobuf.object(packed("v1", "Secret", secret))
    #expect(object["data", "release"]?.string == Data(text.utf8).base64EncodedString())
    #expect(object["type"] == "helm.sh/release.v1" && object["metadata", "name"] == "sh.helm.release.v1.web.v1")
  }

  @Test("a field or a kind that is not known is refused with what to do, not left out")
  func unknown() throws {
    var finalizing = namespace("other")
    finalizing.put(9, text: "something")
    for bytes in [packed("v1", "Namespace", finalizing), packed("v1", "Endpoints", namespace("a"))] {
      let problem = #expect(throws: KubernetesProtobuf.Problem.self) { try KubernetesProtobuf.object(bytes) }
      #expect(problem?.description.hasSuffix("write it as a manifest and use kubectl apply -f") == true)
    }
  }

  @Test("bytes that end too early or are anything else are refused", arguments: [UInt64](1...20))
  func broken(seed: UInt64) throws {
    let whole = packed("v1", "Namespace", namespace("other"))
    var random = SeededRandom(seed: seed)
    for length in 0..<whole.count {
      // Without its second part the envelope is whole, and the object has nothing in it.
      let cut = try? KubernetesProtobuf.object(Array(whole.prefix(length)))
      #expect(cut == nil || cut?["metadata"] == nil)
      var changed = whole
      changed[length] = UInt8(truncatingIfNeeded: random.next())
      // Whatever it is, it is an object or a problem.
      _ = try? KubernetesProtobuf.object(changed)
    }
  }
}
