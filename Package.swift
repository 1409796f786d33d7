// swift-tools-version: 6.1
import PackageDescription

/// Names of the libraries that a target may use, as SwiftPM wants them.
func yams() -> Target.Dependency { .product(name: "Yams", package: "Yams") }
func grdb() -> Target.Dependency { .product(name: "GRDB", package: "GRDB.swift") }
func subprocess() -> Target.Dependency { .product(name: "Subprocess", package: "swift-subprocess") }
func logging() -> Target.Dependency { .product(name: "Logging", package: "swift-log") }
func argumentParser() -> Target.Dependency { .product(name: "ArgumentParser", package: "swift-argument-parser") }
func nio(_ product: String) -> Target.Dependency { .product(name: product, package: "swift-nio") }

/// Targets whose public generic code the modules above make their own versions of. The compiler does so for code of a few
/// instructions only unless it is told to, and only where the imports that the code needs are public.
let specialisedByOthers: Set = ["LoadDriving"]

let package = Package(
  name: "scaleproof",
  products: [
    .executable(name: "scaleproof", targets: ["scaleproof"])
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
  ],
  targets: [
    // Pure: values in, values out. No clock, socket, file, thread or actor.
    .target(name: "Redaction"),
    .target(name: "Units"),
    .target(name: "Statistics"),
    .target(name: "Arrivals", dependencies: ["Units"]),
    .target(name: "ApplicationNature", dependencies: ["Units"]),
    .target(name: "LoadFacts", dependencies: ["Statistics"]),
    .target(name: "LoadDriving", dependencies: ["Arrivals", "LoadFacts", "Statistics", "Units"]),
    .target(name: "KubernetesObjects", dependencies: ["Units"]),
    .target(name: "AutoscalerModel", dependencies: ["KubernetesObjects", "Units"]),
    .target(
      name: "KubernetesValidation", dependencies: ["AutoscalerModel", "KubernetesObjects", "Units"],
      exclude: ["KubernetesFields.md"], resources: [.embedInCode("KubernetesFields.json")]),
    .target(
      name: "Doctor", dependencies: ["AutoscalerModel", "KubernetesObjects", "KubernetesValidation", "Units"]),
    .target(name: "Discovery", dependencies: ["AutoscalerModel", "KubernetesObjects", "Units"]),
    .target(name: "RunTimeline", dependencies: ["KubernetesObjects", "LoadFacts", "Redaction", "Statistics", "Units"]),
    .target(name: "ClientRules", dependencies: ["KubernetesObjects"]),
    .target(
      name: "Profiles",
      dependencies: ["ApplicationNature", "Arrivals", "KubernetesObjects", "Redaction", "Units", yams()],
      resources: [.embedInCode("ProfileSchema.json")]),
    .target(name: "ClusterActions", dependencies: ["KubernetesObjects", "Profiles"]),
    .target(
      name: "Expectations",
      dependencies: [
        "AutoscalerModel", "KubernetesObjects", "LoadFacts", "Profiles", "RunTimeline", "Statistics", "Units",
      ]),
    .target(
      name: "Reporting",
      dependencies: [
        "AutoscalerModel", "Expectations", "KubernetesObjects", "LoadFacts", "RunTimeline", "Statistics", "Units",
      ]),
    .target(
      name: "Calibration",
      dependencies: [
        "AutoscalerModel", "Expectations", "KubernetesObjects", "LoadFacts", "RunTimeline", "Statistics", "Units",
      ]),
    .target(name: "TrafficReplay", dependencies: ["Arrivals", "Units"]),
    .target(name: "ServerSideApply", dependencies: ["KubernetesObjects", "KubernetesValidation"]),
    .target(
      name: "SimulatedCluster",
      dependencies: [
        "ApplicationNature", "Arrivals", "AutoscalerModel", "KubernetesObjects", "KubernetesValidation",
        "ServerSideApply", "Units",
      ]),

    .target(
      name: "SimulatedLoad",
      dependencies: [
        "ClientRules", "ClusterActions", "KubernetesObjects", "LoadDriving", "LoadFacts", "RunTimeline",
        "SimulatedCluster", "Units",
      ]),

    // At the edge: thin, and each C library behind one door.
    .systemLibrary(name: "CLibcurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(name: "CLinux"),
    .target(name: "Curl", dependencies: ["CLibcurl", "CLinux", "LoadFacts"]),
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
    .target(name: "LogFiles", dependencies: ["CZlib"]),
    .target(
      name: "LoadGeneration",
      dependencies: ["Arrivals", "CLinux", "Curl", "LoadDriving", "LoadFacts", "Statistics", "Units", logging()]),
    .target(
      name: "KubernetesClient",
      dependencies: ["ClientRules", "Curl", "KubernetesObjects", "Units", yams(), subprocess(), logging()]),
    .target(
      name: "ClusterObservation",
      dependencies: ["ClientRules", "KubernetesClient", "KubernetesObjects", "RunTimeline", "Units", logging()]),
    .target(
      name: "RunRecording",
      dependencies: ["KubernetesObjects", "LoadFacts", "Redaction", "RunTimeline", "Statistics", grdb()]),
    .target(
      name: "SimulatedClusterServer",
      dependencies: [
        "CZlib", "KubernetesObjects", "Profiles", "SimulatedCluster", "Units",
        nio("NIOCore"), nio("NIOEmbedded"), nio("NIOHTTP1"), nio("NIOPosix"), nio("NIOTLS"),
        .product(name: "NIOHTTP2", package: "swift-nio-http2"), .product(name: "NIOSSL", package: "swift-nio-ssl"),
      ],
      exclude: ["Certificates/README.md", "Certificates/make", "Certificates/authority.key"],
      resources: [
        "administrator.key", "administrator.pem", "api-server.key", "api-server.pem", "authority.pem", "fake.key",
        "fake.pem",
      ].map { .embedInCode("Certificates/\($0)") }),
    .target(
      name: "Harness",
      dependencies: [
        "ApplicationNature", "Arrivals", "AutoscalerModel", "CLinux", "Calibration", "ClientRules", "ClusterActions",
        "ClusterObservation", "Curl", "Discovery", "Doctor", "Expectations", "KubernetesClient", "KubernetesObjects",
        "KubernetesValidation",
        "LoadDriving", "LoadFacts", "LoadGeneration", "LogFiles", "Profiles", "Redaction", "Reporting", "RunRecording",
        "RunTimeline",
        "SimulatedCluster", "SimulatedClusterServer", "SimulatedLoad", "Statistics", "TrafficReplay", "Units",
        subprocess(), logging(),
      ]),
    .executableTarget(
      name: "scaleproof", dependencies: ["Harness", "Units", argumentParser()], plugins: ["CommitStamp"]),
    // Notes before each build which commit is built.
    .plugin(name: "CommitStamp", capability: .buildTool(), path: "Sources/CommitStamp"),

    // Tests: one target a module, and the architecture and the whole program beside them.
    .testTarget(name: "RedactionTests", dependencies: ["Redaction"], exclude: ["Resources"]),
    .testTarget(name: "UnitsTests", dependencies: ["Units"]),
    .testTarget(
      name: "StatisticsTests",
      dependencies: ["Statistics", .product(name: "Histogram", package: "hdrhistogram-swift")]),
    .testTarget(name: "ArrivalsTests", dependencies: ["Arrivals", "Units"]),
    .testTarget(name: "LoadFactsTests", dependencies: ["Arrivals", "LoadFacts", "RandomFacts", "Statistics"]),
    // Facts of a load that was never driven, for the tests of more than one module.
    .target(name: "RandomFacts", dependencies: ["Arrivals", "LoadFacts", "Statistics"], path: "Tests/RandomFacts"),
    .testTarget(
      name: "LoadDrivingTests", dependencies: ["Arrivals", "LoadDriving", "LoadFacts", "Statistics", "Units"]),
    .testTarget(
      name: "KubernetesObjectsTests", dependencies: ["KubernetesObjects", "TestRecordings", "Units"],
      exclude: ["Resources"]),
    .testTarget(
      name: "AutoscalerModelTests", dependencies: ["AutoscalerModel", "KubernetesObjects", "Units"],
      exclude: ["mutations.txt"]),
    .testTarget(
      name: "KubernetesValidationTests",
      dependencies: [
        "KubernetesObjects", "KubernetesValidation", "Profiles", "TestRecordings", "Units",
      ]),
    .testTarget(
      name: "ServerSideApplyTests", dependencies: ["KubernetesObjects", "ServerSideApply"], exclude: ["Resources"]),
    .testTarget(
      name: "DoctorTests", dependencies: ["Doctor", "KubernetesObjects", "Profiles"], exclude: ["Resources"]),
    .testTarget(name: "DiscoveryTests", dependencies: ["Discovery", "KubernetesObjects", "Profiles", "Units"]),
    .testTarget(
      name: "RunTimelineTests",
      dependencies: ["Arrivals", "KubernetesObjects", "LoadFacts", "RunTimeline", "TestRecordings", "Units"]),
    .testTarget(name: "ClientRulesTests", dependencies: ["ClientRules", "KubernetesObjects"]),
    .testTarget(
      name: "TrafficReplayTests", dependencies: ["Arrivals", "Profiles", "TrafficReplay", "Units"],
      exclude: ["Resources"]),
    .testTarget(
      name: "ProfilesTests", dependencies: ["ApplicationNature", "Arrivals", "KubernetesObjects", "Profiles", "Units"]),
    .testTarget(
      name: "ExpectationsTests",
      dependencies: [
        "Arrivals", "AutoscalerModel", "Expectations", "KubernetesObjects", "LoadFacts", "Profiles", "RunTimeline",
        "Statistics", "TestRecordings", "Units",
      ]),
    .testTarget(
      name: "ReportingTests",
      dependencies: [
        "AutoscalerModel", "Expectations", "KubernetesObjects", "LoadFacts", "Profiles", "Reporting", "RunTimeline",
        "Statistics",
        "TestRecordings", "Units",
        subprocess(),
      ], exclude: ["Resources"]),
    .testTarget(
      name: "SimulatedClusterTests",
      dependencies: [
        "ApplicationNature", "AutoscalerModel", "KubernetesObjects", "KubernetesValidation", "SimulatedCluster",
        "TestRecordings", "Units",
      ],
      exclude: ["Resources"]),
    .testTarget(
      name: "SimulatedLoadTests",
      dependencies: [
        "Arrivals", "ClientRules", "Harness", "KubernetesObjects", "LoadDriving", "LoadFacts", "LoadGeneration",
        "Profiles", "RunTimeline", "SimulatedCluster", "SimulatedLoad", "Statistics", "Units",
      ], exclude: ["Resources"]),
    // What a real control plane said, for the tests of more than one module.
    .target(
      name: "TestRecordings", dependencies: ["KubernetesObjects", "LogFiles", "RunTimeline", "Units"],
      path: "Tests/TestRecordings"),
    .testTarget(name: "LogFilesTests", dependencies: ["CZlib", "LogFiles"]),
    // Real servers for the tests of more than one module.
    .target(name: "TestServers", dependencies: ["CLinux"], path: "Tests/TestServers", exclude: ["Scripts"]),
    .testTarget(name: "CurlTests", dependencies: ["Curl", "LoadFacts", "TestServers"]),
    .testTarget(
      name: "LoadGenerationTests",
      dependencies: [
        "Arrivals", "Curl", "LoadDriving", "LoadFacts", "LoadGeneration", "Statistics", "TestServers", "Units",
      ]),
    .testTarget(
      name: "KubernetesClientTests",
      dependencies: ["Curl", "KubernetesClient", "KubernetesObjects", "TestServers", subprocess()],
      exclude: ["Resources"]),
    .testTarget(
      name: "ClusterObservationTests",
      dependencies: [
        "Arrivals", "ClientRules", "ClusterObservation", "Curl", "KubernetesClient", "KubernetesObjects", "RunTimeline",
        "SimulatedCluster", "SimulatedClusterServer", "TestRecordings", "TestServers",
      ]),
    .testTarget(
      name: "RunRecordingTests",
      dependencies: [
        "Arrivals", "Expectations", "KubernetesObjects", "LoadFacts", "Profiles", "RandomFacts", "RunRecording",
        "RunTimeline", "Statistics", "TestServers",
      ], exclude: ["Resources"]),
    .testTarget(
      name: "SimulatedClusterServerTests",
      dependencies: [
        "KubernetesObjects", "SimulatedCluster", "SimulatedClusterServer", "TestServers", subprocess(),
      ], exclude: ["Resources"]),
    .testTarget(
      name: "CalibrationTests",
      dependencies: ["Calibration", "Expectations", "RunTimeline", "TestRecordings", "Units"]),
    .testTarget(
      name: "HarnessTests",
      dependencies: [
        "ApplicationNature", "Arrivals", "AutoscalerModel", "Calibration", "ClusterActions", "Curl", "Discovery",
        "Doctor",
        "Expectations", "Harness", "KubernetesClient",
        "KubernetesObjects",
        "LoadDriving", "LoadFacts", "LoadGeneration", "Profiles", "Reporting", "RunRecording", "RunTimeline",
        "SimulatedCluster",
        "SimulatedClusterServer", "SimulatedLoad", "Statistics",
        "TestRecordings", "TestServers", "Units", logging(),
      ]),
    .testTarget(name: "ClusterActionsTests", dependencies: ["ClusterActions", "KubernetesObjects", "Profiles"]),
    .testTarget(name: "ArchitectureTests"),
    .testTarget(
      name: "EndToEndTests",
      dependencies: [
        "Arrivals", "Harness", "KubernetesObjects", "LoadFacts", "RunRecording", "RunTimeline",
        "Statistics",
        "TestRecordings", "TestServers", "scaleproof", subprocess(),
      ]),
  ],
  swiftLanguageModes: [.v6]
)

for target in package.targets where target.type != .system && target.type != .plugin {
  target.swiftSettings = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
  ]
  if specialisedByOthers.contains(target.name) {
    // Whether accesses overlap is checked in debug builds, which is what the tests run.
    let flags = ["-cross-module-optimization", "-enforce-exclusivity=unchecked"]
    target.swiftSettings?.append(.unsafeFlags(flags, .when(configuration: .release)))
  } else {
    target.swiftSettings?.append(.enableUpcomingFeature("InternalImportsByDefault"))
  }
  // Set by scripts/test. Not always on, so that a newer compiler's warnings stop nobody who only wants to build.
  if Context.environment["SCALEPROOF_STRICT"] != nil {
    target.swiftSettings?.append(.unsafeFlags(["-warnings-as-errors"]))
  }
}
