/// A run of some seconds against the simulated cluster, which ends with 0 however busy the machine is.
enum ShortProfile {
  static let text = """
    apiVersion: scaleproof/v1
    kind: Profile
    metadata: {name: short}
    target: {url: http://api.example.com}
    cluster:
      simulated: {manifests: \(Program.repository)/Profiles/manifests/aspnetcore, timeScale: 20}
      workload: deployment/aspnetcore-deployment
      hpa: aspnetcore-hpa
    requests: [{name: list, path: /}]
    load: {phases: [{name: only, for: 20s, rate: 20/s}]}
    expectations: []
    """
}
