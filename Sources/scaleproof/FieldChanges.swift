import ArgumentParser

/// What a command changes of a profile before it reads it.
struct FieldChanges: ParsableArguments {
  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp(
      "Change one field of the profile, or under \"manifests.\" of a manifest. May be repeated.",
      valueName: "path=value"))
  var changes: [String] = []

  @Flag(help: "Make the fix first that the profile of an incident names.")
  var fixed = false
}
