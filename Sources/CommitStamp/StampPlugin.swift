import Foundation
import PackagePlugin

/// Before each build, writes down which commit is built, for `--version`, recordings and reports.
///
/// It goes to the program's own module, so that a new commit compiles that small module again and nothing else. The file is
/// written only when it changes.
@main
struct StampPlugin: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: any Target) -> [Command] {
    let output = context.pluginWorkDirectoryURL
    return [
      .prebuildCommand(
        displayName: "Noting the commit", executable: URL(filePath: "/bin/sh"),
        arguments: [
          target.directoryURL.deletingLastPathComponent().appending(path: "CommitStamp/stamp").path,
          context.package.directoryURL.path, output.path,
        ],
        outputFilesDirectory: output)
    ]
  }
}
