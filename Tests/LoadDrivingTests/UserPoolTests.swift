import Arrivals
import Testing

@testable import LoadDriving

@Suite("Users of a closed model")
struct UserPoolTests {
  private func phase(_ users: Int, for seconds: Int, think: Duration = .seconds(1)) -> UserPhase {
    UserPhase(name: "p\(users)", duration: .seconds(seconds), users: users, think: think)
  }

  /// Instants, in milliseconds, at which users send when every answer takes `latency`.
  private func sends(
    _ phases: [UserPhase], latency: Duration, worker: Int = 0, workers: Int = 1
  ) -> [(user: Int, at: Int64)] {
    var pool = UserPool(phases: phases, worker: worker, workers: workers)
    var result: [(user: Int, at: Int64)] = []
    while pool.nextDue != nil {
      guard let next = pool.next() else { continue }
      result.append((next.user.index, next.due / 1_000_000))
      pool.finished(next.user, at: next.due + Int64(latency / .nanoseconds(1)), failed: false)
    }
    return result
  }

  @Test("each user sends, waits for the answer and thinks; they begin spread over one think time")
  func cycle() {
    let sends = sends([phase(2, for: 3)], latency: .milliseconds(500))
    #expect(sends.filter { $0.user == 0 }.map(\.at) == [250, 1750])
    #expect(sends.filter { $0.user == 1 }.map(\.at) == [750, 2250])
  }

  @Test("nobody sends after the end of the last phase")
  func end() {
    #expect(sends([phase(3, for: 2, think: .zero)], latency: .milliseconds(300)).allSatisfy { $0.at < 2000 })
  }

  @Test("in a smaller phase the youngest users leave, in a larger one new ones come")
  func steps() {
    let sends = sends(
      [phase(4, for: 2, think: .zero), phase(1, for: 2, think: .zero), phase(2, for: 2, think: .zero)],
      latency: .milliseconds(100))
    func users(in range: Range<Int64>) -> Set<Int> { Set(sends.filter { range.contains($0.at) }.map(\.user)) }
    #expect(users(in: 0..<2000) == [0, 1, 2, 3])
    #expect(users(in: 2000..<4000) == [0])
    #expect(users(in: 4000..<6000) == [0, 1])
  }

  @Test("a user whose answer comes only after its place was gone and given to another does not come back beside it")
  func doubles() throws {
    let phases = [phase(2, for: 1, think: .zero), phase(1, for: 1, think: .zero), phase(2, for: 1, think: .zero)]
    var pool = UserPool(phases: phases, worker: 0, workers: 1)
    var slow: UserPool.User?
    while let due = pool.nextDue, due < 2_000_000_000 {
      guard let next = pool.next() else { continue }
      if next.user.index == 1 {
        slow = next.user
      } else {
        pool.finished(next.user, at: next.due + 100_000_000, failed: false)
      }
    }
    var third = UserPool(phases: phases, worker: 0, workers: 1)
    while third.nextDue != nil {
      guard let next = third.next() else { continue }
      if next.user.index == 1, next.due >= 2_000_000_000 { break }
      if next.user.index == 0 { third.finished(next.user, at: next.due + 100_000_000, failed: false) }
    }
    third.finished(try #require(slow), at: 2_200_000_000, failed: false)
    var again = 0
    while third.nextDue != nil {
      if third.next()?.user.index == 1 { again += 1 }
    }
    #expect(again == 0)
  }

  @Test("workers share the users, and no two requests have the same number")
  func workers() {
    var numbers: [Int] = []
    var users: Set<Int> = []
    for worker in 0..<3 {
      var pool = UserPool(phases: [phase(10, for: 1)], worker: worker, workers: 3)
      while pool.nextDue != nil {
        guard let next = pool.next() else { continue }
        numbers.append(next.arrival)
        users.insert(next.user.index)
      }
    }
    #expect(users == Set(0..<10))
    #expect(Set(numbers).count == 10)
  }

  @Test("the next user is not sent early when the one before it leaves")
  func notEarly() {
    let sends = sends(
      [phase(10, for: 1, think: .milliseconds(900)), phase(5, for: 4, think: .seconds(3))], latency: .milliseconds(10))
    #expect(sends.map(\.at) == sends.map(\.at).sorted())
    var pool = UserPool(phases: [phase(2, for: 1), phase(1, for: 9)], worker: 0, workers: 1)
    while let due = pool.nextDue {
      if let next = pool.next() {
        #expect(next.due == due)
        pool.finished(next.user, at: next.due, failed: false)
      }
    }
  }

  @Test("after a failure a user waits, so that a target that refuses at once is not asked in a tight loop")
  func failures() throws {
    var pool = UserPool(phases: [phase(1, for: 1, think: .zero)], worker: 0, workers: 1)
    var requests = 0
    while let next = pool.next() {
      requests += 1
      pool.finished(next.user, at: next.due, failed: true)
    }
    #expect(requests == 100)
  }
}
