/// Ends a load in virtual time from outside, as a signal ends one on the wall clock. For one thread.
package final class VirtualStop {
  package private(set) var isSet = false

  package init() {}

  package func set() { isSet = true }
}
