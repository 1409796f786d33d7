import Foundation
import KubernetesObjects
import Testing

@Suite("HorizontalPodAutoscalers in two versions of the API")
struct AutoscalerVersionTests {
  /// The same object, read from a real API server in both versions.
  private static func recorded() throws -> (version1: JSONValue, version2: JSONValue) {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Resources/autoscaler-in-two-versions.json")
    let object = try JSONValue(json: Data(contentsOf: file))
    return (try #require(object["v1"]), try #require(object["v2"]))
  }

  /// With the annotations that hold JSON as the JSON that they hold.
  private func opened(_ object: JSONValue) throws -> JSONValue {
    var result = object
    for (name, value) in object["metadata", "annotations"]?.object ?? [:] where name.hasPrefix("autoscaling.alpha") {
      let text = try #require(value.string)
      var metadata = try #require(result["metadata"])
      var annotations = try #require(metadata["annotations"])
      annotations[name] = try JSONValue(json: Data(text.utf8))
      metadata["annotations"] = annotations
      result["metadata"] = metadata
    }
    return result
  }

  @Test("an object is shown as a real API server shows it, and read back as it was")
  func recordedObject() throws {
    let (version1, version2) = try Self.recorded()

    #expect(try opened(OlderAutoscaler.version1(of: version2)) == opened(version1))
    #expect(OlderAutoscaler.version2(of: version1) == version2)
  }

  /// A metric of each type, with every way to write its target.
  private static let metrics: [JSONValue] = [
    ["type": "Resource", "resource": ["name": "cpu", "target": ["type": "Utilization", "averageUtilization": 70]]],
    ["type": "Resource", "resource": ["name": "cpu", "target": ["type": "AverageValue", "averageValue": "200m"]]],
    [
      "type": "Resource", "resource": ["name": "memory", "target": ["type": "Utilization", "averageUtilization": 60]],
    ],
    [
      "type": "ContainerResource",
      "containerResource": [
        "name": "cpu", "container": "web", "target": ["type": "Utilization", "averageUtilization": 50],
      ],
    ],
    [
      "type": "Pods",
      "pods": [
        "metric": ["name": "requests", "selector": ["matchLabels": ["a": "b"]]],
        "target": ["type": "AverageValue", "averageValue": "100"],
      ],
    ],
    [
      "type": "Object",
      "object": [
        "describedObject": ["kind": "Ingress", "name": "main", "apiVersion": "networking.k8s.io/v1"],
        "metric": ["name": "requests"], "target": ["type": "Value", "value": "2k"],
      ],
    ],
    [
      "type": "External",
      "external": [
        "metric": ["name": "queue", "selector": ["matchLabels": ["q": "1"]]],
        "target": ["type": "AverageValue", "averageValue": "30"],
      ],
    ],
  ]

  @Test("every type of metric keeps its fields on the way to version 1 and back", arguments: 0..<7)
  func metric(_ index: Int) throws {
    let object: JSONValue = [
      "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": ["name": "a"],
      "spec": [
        "scaleTargetRef": ["kind": "Deployment", "name": "web"], "minReplicas": 1, "maxReplicas": 5,
        "metrics": [Self.metrics[index]],
        "behavior": [
          "scaleUp": ["selectPolicy": "Min", "policies": [["type": "Pods", "value": 2, "periodSeconds": 60]]],
          "scaleDown": ["stabilizationWindowSeconds": 60, "tolerance": "50m"],
        ],
      ],
    ]

    let there = OlderAutoscaler.version1(of: object)
    let back = OlderAutoscaler.version2(of: there)

    #expect(there["spec", "metrics"] == nil && there["spec", "behavior"] == nil)
    #expect((there["spec", "targetCPUUtilizationPercentage"] != nil) == (index == 0))
    #expect(back["spec"] == object["spec"])
    #expect(back["metadata"] == object["metadata"])
  }

  /// What is in an annotation, the fields that stand beside it, and what comes of both.
  private static let annotations: [(name: String, text: String, path: [String], value: JSONValue?)] = [
    (
      "metrics", #"[{"type":"Pods","pods":{"metricName":"rps","targetAverageValue":"1k"}}]"#, ["spec", "metrics"],
      [
        [
          "type": "Pods",
          "pods": ["metric": ["name": "rps"], "target": ["type": "AverageValue", "averageValue": "1k"]],
        ],
        [
          "type": "Resource",
          "resource": ["name": "cpu", "target": ["type": "Utilization", "averageUtilization": 50]],
        ],
      ]
    ),
    (
      "metrics",
      #"[{"type":"Object","object":{"metricName":"hits","target":{"name":"s"},"targetValue":"0","averageValue":"3"}}]"#,
      ["spec", "metrics"],
      [
        [
          "type": "Object",
          "object": [
            "metric": ["name": "hits"], "describedObject": ["name": "s"],
            "target": ["type": "AverageValue", "averageValue": "3"],
          ],
        ],
        [
          "type": "Resource",
          "resource": ["name": "cpu", "target": ["type": "Utilization", "averageUtilization": 50]],
        ],
      ]
    ),
    (
      "behavior", #"{"ScaleUp":null,"ScaleDown":{"StabilizationWindowSeconds":0,"SelectPolicy":null,"Policies":[]}}"#,
      ["spec", "behavior"], ["scaleDown": ["stabilizationWindowSeconds": 0, "policies": []]]
    ),
    (
      "conditions", #"[{"type":"AbleToScale","status":"True"}]"#, ["status", "conditions"],
      [["type": "AbleToScale", "status": "True"]]
    ),
    (
      "current-metrics", #"[{"type":"Resource","resource":{"name":"cpu","currentAverageValue":"31m"}}]"#,
      ["status", "currentMetrics"],
      [["type": "Resource", "resource": ["name": "cpu", "current": ["averageValue": "31m"]]]]
    ),
    // No JSON: passed over, as the API server does.
    (
      "metrics", "[", ["spec", "metrics"],
      [
        [
          "type": "Resource",
          "resource": ["name": "cpu", "target": ["type": "Utilization", "averageUtilization": 50]],
        ]
      ]
    ),
    ("behavior", "{", ["spec", "behavior"], nil),
    ("conditions", "", ["status", "conditions"], nil),
    (
      "current-metrics", "none", ["status", "currentMetrics"],
      [["type": "Resource", "resource": ["name": "cpu", "current": ["averageUtilization": 62]]]]
    ),
  ]

  @Test("each annotation stands for a part of version 2, and is gone there", arguments: annotations.indices)
  func annotation(_ index: Int) throws {
    let row = Self.annotations[index]
    let name = "autoscaling.alpha.kubernetes.io/\(row.name)"
    let object: JSONValue = [
      "apiVersion": "autoscaling/v1", "metadata": ["annotations": [:]],
      "spec": ["targetCPUUtilizationPercentage": 50], "status": ["currentCPUUtilizationPercentage": 62],
    ]
    var annotated = object
    annotated["metadata"] = ["annotations": .object([name: .string(row.text), "team": "shop"])]

    let converted = OlderAutoscaler.version2(of: annotated)

    #expect(converted[row.path[0], row.path[1]] == row.value)
    #expect(converted["metadata", "annotations"] == ["team": "shop"])
    let isReadable = (try? JSONValue(json: Data(row.text.utf8))) != nil
    #expect(OlderAutoscaler.unreadableAnnotations(of: annotated) == (isReadable ? [] : [name]))
  }
}
