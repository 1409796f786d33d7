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

  private static let keywords: Set<String> = ["while", "until", "for", "if", "case", "function", "{", "!"]

  /// The sum over the commands of a script, one after the other; loops, conditions and variables are not followed.
  private static func length(ofScript text: String) -> PreStopLength {
    guard let script = ShellScript(text) else { return .unknown }
    var sum = Duration.zero
    var unknown = false
    for words in script.commands {
      guard let first = words.first else { continue }
      if keywords.contains(first) { return .unknown }
      if first == "exit" { break }
      switch length(ofCommand: words) {
      case .lasts(let duration): sum += duration
      case .forever: return .forever
      case .unknown: unknown = true
      }
    }
    return unknown && sum == .zero ? .unknown : .lasts(sum)
  }

  private static func length(ofWords words: [String]) -> PreStopLength {
    var words = words[...]
    while let word = words.first, ["exec", "command", "busybox", "sudo"].contains(baseName(word)) || isAssignment(word)
    {
      words = words.dropFirst()
    }
    guard let program = words.first.map(baseName) else { return .lasts(.zero) }
    if shells.contains(program) { return length(ofCommand: Array(words)) }
    let arguments = words.dropFirst()
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
