// swift-tools-version: 6.1
import PackageDescription

// The autoscaler model alone, by links to its sources, with a program that times it.
let package = Package(
  name: "decisions",
  targets: [
    .target(name: "Units"),
    .target(name: "KubernetesObjects", dependencies: ["Units"]),
    .target(name: "AutoscalerModel", dependencies: ["KubernetesObjects", "Units"]),
    .executableTarget(name: "Decisions", dependencies: ["AutoscalerModel", "KubernetesObjects", "Units"]),
  ],
  swiftLanguageModes: [.v6]
)

for target in package.targets {
  target.swiftSettings = [
    .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
  ]
}
