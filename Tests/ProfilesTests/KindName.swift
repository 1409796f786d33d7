import Profiles

/// The name of a kind of expectation, told from what the testing library calls an expectation.
typealias KindName = Profiles.Expectation.KindName
