import KubernetesObjects

/// How long a preStop hook holds SIGTERM back.
enum PreStopLength: Sendable, Equatable {
  case lasts(Duration)
  /// Until the grace period is over: `sleep infinity`.
  case forever
  /// It depends on what is not simulated.
  case unknown
}

extension PreStopLength {
  /// The length of a hook, as far as it can be read from its text.
  init(_ hook: Lifecycle.Handler) {
    if let sleep = hook.sleep {
      self = .lasts(.seconds(sleep.seconds))
    } else if let command = hook.exec?.command {
      self = Self.length(ofCommand: command)
    } else {
      self = .unknown
    }
  }

  /// Longer sleeps outlast every grace period that is waited for.
  private static let longest = 366.0 * 86_400

  private static let shells: Set<String> = ["sh", "bash", "ash", "dash", "zsh", "ksh"]
  /// Programs that end at once, whatever their arguments.
  private static let quick: Set<String> = [
    "nginx", "echo", "true", "kill", "touch", "rm", "date", "printf", ":", "cat", "logger", "exit", "trap", "test",
    "mkdir",
    "apachectl",
  ]

  /// A program with its arguments, or a shell with a script.
  static func length(ofCommand command: [String]) -> PreStopLength {
    guard let program = command.first else { return .unknown }
    if shells.contains(baseName(program)) {
      guard let option = command.firstIndex(where: { $0.hasPrefix("-") && !$0.hasPrefix("--") && $0.hasSuffix("c") }),
        command.indices.contains(option + 1)
      else { return .unknown }
      return length(ofScript: command[option + 1])
    }
    return length(ofWords: command)
  }

  /// The sum over the commands of a script, one after the other; loops, conditions and variables are not followed.
  private static func length(ofScript script: String) -> PreStopLength {
    let keywords: Set<Substring> = ["while", "until", "for", "if", "case", "function", "{", "("]
    var sum = Duration.zero
    var unknown = false
    for command in commands(of: script) {
      let words = command.split { $0 == " " || $0 == "\t" }
      guard let first = words.first else { continue }
      if keywords.contains(first) || command.contains("$(") || command.contains("`") || command.contains("${") {
        return .unknown
      }
      switch length(ofWords: words.map { $0.filter { $0 != "\"" && $0 != "'" } }) {
      case .lasts(let duration): sum += duration
      case .forever: return .forever
      case .unknown: unknown = true
      }
    }
    return unknown && sum == .zero ? .unknown : .lasts(sum)
  }

  /// The commands that run one after the other when each succeeds; what stands in the background, or after `||`, is waited
  /// for by nobody.
  private static func commands(of script: String) -> [Substring] {
    var commands: [Substring] = []
    var rest = script[...]
    var isAlternative = false
    while !rest.isEmpty {
      let end = rest.firstIndex { ";&|\n".contains($0) } ?? rest.endIndex
      let command = rest[..<end]
      let tail = rest[end...]
      let isBackground = tail.first == "&" && !tail.hasPrefix("&&") && command.last != ">"
      if !isAlternative, !isBackground { commands.append(command) }
      isAlternative = tail.hasPrefix("||") || (isAlternative && tail.hasPrefix("&&"))
      rest = tail.dropFirst(tail.hasPrefix("||") || tail.hasPrefix("&&") ? 2 : 1)
    }
    return commands
  }

  private static func length(ofWords words: [String]) -> PreStopLength {
    var words = words[...]
    while let word = words.first, ["exec", "command", "busybox", "sudo"].contains(baseName(word)) || isAssignment(word)
    {
      words = words.dropFirst()
    }
    guard let program = words.first.map(baseName) else { return .lasts(.zero) }
    let arguments = words.dropFirst().prefix { !$0.hasPrefix(">") && !$0.hasPrefix("2>") }
    switch program {
    case "sleep": return sleep(Array(arguments))
    case "Start-Sleep":
      return sleep(arguments.filter { !$0.hasPrefix("-") })
    case "powershell", "pwsh":
      let script = arguments.drop { $0.hasPrefix("-") }
      return script.isEmpty ? .unknown : length(ofScript: script.joined(separator: " "))
    case _ where quick.contains(program): return .lasts(.zero)
    default: return .unknown
    }
  }

  private static func baseName(_ path: String) -> String {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    return name.hasSuffix(".exe") ? String(name.dropLast(4)) : name
  }

  private static func isAssignment(_ word: String) -> Bool {
    guard let equals = word.firstIndex(of: "="), equals != word.startIndex else { return false }
    return word[..<equals].allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" }
  }

  /// `sleep` adds its arguments, each a number with `s`, `m`, `h` or `d` (GNU coreutils, "sleep invocation").
  private static func sleep(_ arguments: [String]) -> PreStopLength {
    var seconds = 0.0
    guard !arguments.isEmpty else { return .unknown }
    for argument in arguments {
      let factors: [Character: Double] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
      let factor = argument.last.flatMap { factors[$0] }
      let text = factor == nil ? argument[...] : argument.dropLast()
      if ["infinity", "inf"].contains(argument.lowercased()) { return .forever }
      guard let number = Double(text), number >= 0, !number.isNaN else { return .unknown }
      seconds += number * (factor ?? 1)
    }
    return seconds > longest ? .forever : .lasts(.seconds(seconds))
  }
}
