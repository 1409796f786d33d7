import Foundation
import Testing

/// A newcomer types what the guides show: each command has to be there by then.
@Suite("The commands of the guides", .timeLimit(.minutes(5)))
struct GuideCommandTests {
  private static let pages = [
    "README.md", "Profiles/README.md", "Profiles/how-the-hpa-decides.md", "Profiles/doctor.md",
    "Reports/README.md",
  ]

  @Test(
    "each is a script of the project, scaleproof once its installation was told, the shell's own, or a tool that the page says to install",
    arguments: pages)
  func available(page: String) throws {
    let text = try String(contentsOfFile: "\(Program.repository)/\(page)", encoding: .utf8)
    let commands = GuideCommand.all(in: text)

    #expect(!commands.isEmpty)
    for command in commands {
      let before = text[..<command.place]
      let name = command.words[0]
      if name.contains("/") {
        #expect(FileManager.default.isExecutableFile(atPath: "\(Program.repository)/\(name)"), "\(name)")
      } else if name == "scaleproof" {
        #expect(before.contains("`scripts/install`"), "\(page) does not say where scaleproof comes from")
      } else if !GuideCommand.ofTheShell.contains(name) {
        let isTold = before.components(separatedBy: "\n\n").contains {
          $0.lowercased().contains("install") && $0.contains("`\(name)`")
        }
        #expect(isTold, "\(page) does not say where \(name) comes from")
      }
    }
  }

  @Test("scaleproof knows each subcommand and option that they show", arguments: pages)
  func known(page: String) async throws {
    let text = try String(contentsOfFile: "\(Program.repository)/\(page)", encoding: .utf8)
    var helps: [String: String] = [:]
    for command in GuideCommand.all(in: text) where command.words[0] == "scaleproof" && command.words.count > 1 {
      let subcommand = command.words[1].hasPrefix("-") ? "" : command.words[1]
      if helps[subcommand] == nil {
        let ending = try await Program.run(subcommand.isEmpty ? ["--help"] : [subcommand, "--help"])
        #expect(ending.code == 0 && ending.output.contains("USAGE: scaleproof \(subcommand)"), "\(command.words)")
        helps[subcommand] = ending.output
      }
      for word in command.words where word.hasPrefix("-") && word.count > 1 {
        #expect(helps[subcommand]?.contains(word) == true, "\(page): \(command.words)")
      }
    }
  }

  @Test("are found wherever they stand in a shell's text")
  func parsing() {
    let text = """
      Text with `scaleproof run web.yaml` in it, and `scaleproof`.

      ```sh
      # nothing
      A=1 one --x 'a; b' | two "c | d" > f.json &   # three
      for kind in a b; do
        four $kind |
          five \\
            --six
      done; ( trap 'kill 0' INT; seven ) && eight
      ```

      ```yaml
      nine: ten
      ```
      """

    let words = GuideCommand.all(in: text).map(\.words)

    #expect(
      words == [
        ["one", "--x", "a; b"], ["two", "c | d", ">", "f.json"], ["four", "$kind"], ["five", "--six"],
        ["trap", "kill 0", "INT"], ["seven"], ["eight"], ["scaleproof", "run", "web.yaml"],
      ])
  }
}

/// A command that a page shows, with its words.
private struct GuideCommand {
  let words: [String]
  let place: String.Index

  static let ofTheShell: Set<String> = ["trap", "wait", "kill", "cd", "export", "echo", "cat"]
  private static let keywords: Set<String> = ["do", "then", "else", "{", "!"]
  private static let ends: Set<String> = ["done", "fi", "}", "esac"]

  /// Those of blocks for a shell, and those of `scaleproof` and of scripts within sentences.
  static func all(in page: String) -> [GuideCommand] {
    var commands: [GuideCommand] = []
    var prose = page
    for block in page.matches(of: /(?s)```(sh|console|bash|shell)\n(.*?)```/) {
      commands += Self.commands(in: String(block.output.2)).map {
        GuideCommand(words: $0, place: block.range.lowerBound)
      }
    }
    // The blocks stay as blanks, so that places are those of the page.
    for block in page.matches(of: /(?s)```.*?```/) {
      prose.replaceSubrange(block.range, with: String(repeating: " ", count: page[block.range].utf8.count))
    }
    for code in prose.matches(of: /`((?:scaleproof |scripts\/)[^`]*)`/) {
      let place = page.utf8.index(
        page.startIndex, offsetBy: prose.utf8.distance(from: prose.startIndex, to: code.range.lowerBound))
      commands += Self.commands(in: String(code.output.1)).map { GuideCommand(words: $0, place: place) }
    }
    return commands
  }

  private static func commands(in script: String) -> [[String]] {
    var found: [[String]] = []
    var words: [String] = []
    var word: String?
    var quote: Character?
    var isComment = false
    func isAssignment(_ word: String) -> Bool { word.wholeMatch(of: /[A-Za-z_]\w*=.*/) != nil }
    func end() {
      if let last = word { words.append(last) }
      word = nil
      var rest = words[...]
      while let first = rest.first, keywords.contains(first) || isAssignment(first) { rest.removeFirst() }
      if let first = rest.first, first != "for", !ends.contains(first) { found.append(Array(rest)) }
      words = []
    }
    for character in script.replacing("\\\n", with: " ") {
      if isComment {
        isComment = character != "\n"
        if !isComment { end() }
      } else if let open = quote {
        if character == open { quote = nil } else { word?.append(character) }
      } else if character == "'" || character == "\"" {
        quote = character
        word = word ?? ""
      } else if character == "#", word == nil {
        isComment = true
      } else if "|;&()\n".contains(character) {
        end()
      } else if character.isWhitespace {
        if let last = word { words.append(last) }
        word = nil
      } else {
        word = (word ?? "") + String(character)
      }
    }
    end()
    return found
  }
}
