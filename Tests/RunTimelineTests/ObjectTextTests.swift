import Foundation
import KubernetesObjects
import RunTimeline
import Testing

@Suite("What a recording keeps of an object")
struct KeptObjectTests {
  @Test("is all of it but the values of environment variables, at whatever depth")
  func environment() throws {
    let object = """
      {"kind":"Deployment","metadata":{"name":"web"},"spec":{"replicas":3,"template":{"spec":{"containers":[\
      {"name":"web","env":[{"name":"PASSWORD","value":"hunter2"},{"name":"PORT","valueFrom":{"fieldRef":{}}}],\
      "args":["value"]}]}}},"status":{"replicas":3}}
      """

    let text = String(decoding: try ObjectText.stripped(Data(object.utf8)), as: UTF8.self)

    #expect(text == object.replacingOccurrences(of: "\"hunter2\"", with: "\"REDACTED\""))
  }

  /// A place in an object, and what stands there; `CANARY` is the secret.
  private static let places: [(place: String, object: String)] = [
    ("argument", #"{"spec":{"containers":[{"args":["--token=CANARY"]}]}}"#),
    ("argument after its flag", #"{"spec":{"containers":[{"args":["--api-key","CANARY"]}]}}"#),
    ("argument of curl", #"{"spec":{"containers":[{"command":["curl","-u","me:CANARY"]}]}}"#),
    ("script", #"{"spec":{"containers":[{"command":["sh","-c","run --password CANARY && true"]}]}}"#),
    ("hook", #"{"spec":{"containers":[{"lifecycle":{"preStop":{"exec":{"command":["x","--secret=CANARY"]}}}}]}}"#),
    ("init container", #"{"spec":{"template":{"spec":{"initContainers":[{"env":[{"name":"A","value":"CANARY"}]}]}}}}"#),
    ("header of a probe", #"{"spec":{"httpGet":{"httpHeaders":[{"name":"Authorization","value":"Bearer CANARY"}]}}}"#),
    ("header of a probe, value first", #"{"spec":{"httpHeaders":[{"value":"CANARY","name":"X-Api-Key"}]}}"#),
    ("path of a probe", #"{"spec":{"httpGet":{"path":"/health?a=1\u0026sig=CANARY"}}}"#),
    ("annotation by its key", #"{"metadata":{"annotations":{"example.com/api-token":"CANARY"}}}"#),
    ("annotation by its text", #"{"metadata":{"annotations":{"config":"{\"password\":\"CANARY\"}"}}}"#),
    ("annotation of a template", #"{"spec":{"template":{"metadata":{"annotations":{"vault/token":"CANARY"}}}}}"#),
    (
      "applied manifest",
      #"{"metadata":{"annotations":{"kubectl.kubernetes.io/last-applied-configuration":"{\"env\":\"CANARY\"}"}}}"#
    ),
    (
      "applied manifest of a template",
      #"{"spec":{"metadata":{"annotations":{"kubectl.kubernetes.io/last-applied-configuration":"CANARY"}}}}"#
    ),
    ("volume", #"{"spec":{"volumes":[{"csi":{"volumeAttributes":{"clientSecret":"CANARY"}}}]}}"#),
    ("data of a Secret", #"{"kind":"Secret","data":{"a":"CANARY"},"stringData":{"b":"CANARY"}}"#),
    ("data of a ConfigMap", #"{"kind":"ConfigMap","data":{"a":"CANARY"},"binaryData":{"b":"CANARY"}}"#),
    ("message of an event", #"{"message":"Get \"http://10.0.0.1/x?token=CANARY\": refused"}"#),
    ("message of a condition", #"{"status":{"conditions":[{"message":"login at https://me:CANARY@db failed"}]}}"#),
    ("state of a container", #"{"status":{"containerStatuses":[{"state":{"waiting":{"message":"Bearer CANARY1"}}}]}}"#),
  ]

  @Test("is without the secrets in it, wherever they stand", arguments: places.map(\.place))
  func secrets(place: String) throws {
    let object = try #require(Self.places.first { $0.place == place }).object

    let text = String(decoding: try ObjectText.stripped(Data(object.utf8)), as: UTF8.self)

    #expect(!text.contains("CANARY"), "\(text)")
    #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(text.utf8)) }
  }

  @Test(
    "is as it was where a name is only like that of a secret",
    arguments: [
      #"{"spec":{"containers":[{"image":"token-issuer:v2","name":"token=1"}],"selector":"session=web,token=x"}}"#,
      #"{"spec":{"selector":{"matchLabels":{"auth-token":"yes"}},"automountServiceAccountToken":true}}"#,
      #"{"spec":{"volumes":[{"secret":{"secretName":"web-tls"}},{"name":"kube-api-access"}]}}"#,
      #"{"spec":{"env":[{"name":"A","valueFrom":{"secretKeyRef":{"name":"db","key":"password"}}}]}}"#,
      #"{"spec":{"sessionAffinity":"ClientIP","tolerations":[{"key":"dedicated","operator":"Exists"}]}}"#,
      #"{"status":{"containerStatuses":[{"imageID":"a/token@sha256:0","state":{"terminated":{"exitCode":137}}}]}}"#,
      #"{"message":"New size: 8; reason: cpu resource utilization (percentage of request) above target"}"#,
      #"{"metadata":{"annotations":{"deployment.kubernetes.io/revision":"3"},"labels":{"token":"x"}}}"#,
    ])
  func harmless(object: String) throws {
    #expect(String(decoding: try ObjectText.stripped(Data(object.utf8)), as: UTF8.self) == object)
  }

  @Test("is how many members of the data are whose, and nothing else of the lists of fields")
  func ownedFields() throws {
    let object = """
      {"metadata":{"managedFields":[{"manager":"a","fieldsType":"FieldsV1","fieldsV1":{"f:data":{".":{},"f:PASSWORD":{}},\
      "f:metadata":{"f:labels":{}},"f:immutable":{}}},{"manager":"b","time":"x","fieldsV1":{"f:spec":{"f:data":{}}}}]}}
      """

    #expect(
      String(decoding: try ObjectText.stripped(Data(object.utf8)), as: UTF8.self) == """
        {"metadata":{"managedFields":[{"manager":"a","fieldsV1":{"f:data":{"f:1":{},"f:2":{}},"f:immutable":{}}},\
        {"manager":"b","time":"x"}]}}
        """)
  }

  @Test("of a workload that a recording has is the same decision for decision, since nothing that is read changes")
  func fieldsThatAreRead() throws {
    let object = """
      {"metadata":{"name":"session-auth"},"spec":{"metrics":[{"type":"Pods","pods":{"metric":{"name":"token:rate5m",\
      "selector":{"matchLabels":{"key":"code"}}},"target":{"type":"AverageValue","averageValue":"500m"}}}]}}
      """

    #expect(String(decoding: try ObjectText.stripped(Data(object.utf8)), as: UTF8.self) == object)
  }
}
