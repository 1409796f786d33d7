import ArgumentParser
import Harness

extension LogLevel: ExpressibleByArgument {}
