import ArgumentParser

/// What every option has in common.
enum OptionValue {
  /// Refuses an option that was given nothing, as by a variable of a script that is not set.
  static func refuseEmpty(_ options: [(name: String, value: String?)]) throws {
    for option in options where option.value?.isEmpty ?? false {
      throw ValidationError("\(option.name) is empty: name one, or leave the option out")
    }
  }
}
