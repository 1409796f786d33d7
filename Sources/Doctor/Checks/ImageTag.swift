import KubernetesObjects

extension Check {
  static let imageTag = Check(
    "image-tag", .warning,
    meaning:
      "An image has no tag, or latest: pods of one template may run different versions, and a rollout to the same tag "
      + "changes nothing.",
    remedy: "Name a version, or a digest.",
    ofWorkload: { examination in
      examination.containers.compactMap { container in
        guard let image = container.json["image"]?.string, !image.contains("@") else { return nil }
        let name = image.split(separator: "/").last ?? ""
        let tag = name.contains(":") ? name.split(separator: ":").last.map(String.init) : nil
        guard tag == nil || tag == "latest" else { return nil }
        return Symptom(
          examination.object, "\(container.path).image",
          "the image \(image) has \(tag == nil ? "no tag, which means latest" : "the tag latest"): pods that are started at "
            + "different times, as \(examination.countsText) are, may run different versions",
          fix: "name a version or a digest in \(container.path).image")
      }
    })
}
