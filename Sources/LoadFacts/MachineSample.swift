/// What Linux tells of the machine that the load comes from; `nil` where it does not.
package struct MachineSample: Sendable, Equatable {
  /// Processor time of all cores so far, in the kernel's ticks.
  package let totalTicks: Int?
  /// Of that, what the hypervisor gave to other machines.
  package let stolenTicks: Int?
  /// Local ports in use by TCP, with those that wait after a close (TIME_WAIT). They may belong to other programs.
  package let portsUsed: Int?
  /// How many local ports connections can have.
  package let ports: Int?

  package init(totalTicks: Int?, stolenTicks: Int?, portsUsed: Int?, ports: Int?) {
    self.totalTicks = totalTicks
    self.stolenTicks = stolenTicks
    self.portsUsed = portsUsed
    self.ports = ports
  }
}
