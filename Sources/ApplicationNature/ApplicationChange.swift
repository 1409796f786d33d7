import Units

/// How an application becomes another one: the fields that change, the others stay.
package struct ApplicationChange: Sendable, Equatable {
  package var cpuPerRequest: Duration?
  package var serviceTime: ServiceTime?
  package var concurrency: Int?
  package var queueLimit: Int?
  package var failingShare: Double?
  package var start: Duration?
  package var busyStart: Duration?
  package var busyStartCores: Double?
  package var warmUp: Duration?
  package var warmUpCost: Double?
  package var memory: Int64?
  package var memoryPerRequest: Int64?
  package var becomesReady: Bool?
  package var staysAlive: Bool?
  package var crashesAfter: Duration?
  package var keepsServing: Duration?
  package var drains: Bool?

  package init() {}

  package func applied(to application: Application) -> Application {
    var changed = application
    changed.cpuPerRequest = cpuPerRequest ?? changed.cpuPerRequest
    changed.serviceTime = serviceTime ?? changed.serviceTime
    changed.concurrency = concurrency ?? changed.concurrency
    changed.queueLimit = queueLimit ?? changed.queueLimit
    changed.failingShare = failingShare ?? changed.failingShare
    changed.start = start ?? changed.start
    changed.busyStart = busyStart ?? changed.busyStart
    changed.busyStartCores = busyStartCores ?? changed.busyStartCores
    changed.warmUp = warmUp ?? changed.warmUp
    changed.warmUpCost = warmUpCost ?? changed.warmUpCost
    changed.memory = memory ?? changed.memory
    changed.memoryPerRequest = memoryPerRequest ?? changed.memoryPerRequest
    changed.becomesReady = becomesReady ?? changed.becomesReady
    changed.staysAlive = staysAlive ?? changed.staysAlive
    changed.crashesAfter = crashesAfter ?? changed.crashesAfter
    changed.keepsServing = keepsServing ?? changed.keepsServing
    changed.drains = drains ?? changed.drains
    return changed
  }
}
