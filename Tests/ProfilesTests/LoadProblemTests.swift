import Testing

/// The texts of errors are what a user meets first, so that they are held word for word.
@Suite("What is wrong with the load of a profile is said with place and hint")
struct LoadProblemTests {
  @Test(
    "A load",
    arguments: [
      (
        "{phases: [{name: surge, for: 60s, rate: -5/s}]}",
        [
          "p.yaml:7:47: load.phases[0].rate: \"-5/s\" is negative; a rate is zero or more, as in 200/s"
        ]
      ),
      (
        "{phases: [{name: surge, for: 60s, rate: 2000000/s}]}",
        [
          "p.yaml:7:47: load.phases[0].rate: the rate \"2000000/s\" is out of range: it lies between 0/s and 1000000/s"
        ]
      ),
      (
        "{phases: [{name: surge, for: 0s, rate: 90/s}]}",
        [
          "p.yaml:7:36: load.phases[0].for: 0s is too short; it must be at least 1ms"
        ]
      ),
      (
        "{phases: [{name: surge, for: 60s}]}",
        [
          "p.yaml:7:17: load.phases[0]: a phase has a constant rate, a rate that changes from one to another, or users; write rate: 200/s, or from: 0/s and to: 200/s, or users: 50"
        ]
      ),
      (
        "{phases: [{name: surge, for: 60s, users: 2000000}]}",
        [
          "p.yaml:7:48: load.phases[0].users: 2000000 is out of range; it must be from 0 to 1000000"
        ]
      ),
      (
        "{phases: [{name: surge, for: 60s, users: 20, rate: 5/s}]}",
        [
          "p.yaml:7:58: load.phases[0].rate: a phase has either users or a rate; leave out rate: the rate of users follows from the answers"
        ]
      ),
      (
        "{phases: [{name: calm, for: 60s, rate: 5/s}, {name: surge, for: 60s, users: 20}]}",
        [
          "p.yaml:7:52: load.phases[1]: this phase has users, but the first one has a rate; write two streams: load.streams: [{name: a, …}, {name: b, …}]"
        ]
      ),
      (
        "{arrivals: poisson, phases: [{name: surge, for: 60s, users: 20}]}",
        [
          "p.yaml:7:18: load.arrivals: arrivals are planned for rates only: users send when they have their answer; leave it out"
        ]
      ),
      (
        "{arrivals: normal, phases: [{name: surge, for: 60, rate: 5/s}]}",
        [
          "p.yaml:7:18: load.arrivals: \"normal\" is not known; what is known: uniform, poisson",
          "p.yaml:7:54: load.phases[0].for: \"60\" is not a duration: write a number and a unit, as in 90s, 250ms or 1h30m",
        ]
      ),
      (
        "{phases: [], streams: []}",
        [
          "p.yaml:7:16: load.phases: phases and streams do not go together; move these phases into a stream",
          "p.yaml:7:29: load.streams: there is no stream; add one, as in {name: shoppers, requests: [home], phases: [{name: steady, for: 60s, rate: 10/s}]}",
        ]
      ),
    ])
  func loads(load: String, expected: [String]) {
    #expect(ProfileText(load: load).problems() == expected)
  }

  @Test(
    "A list of streams",
    arguments: [
      (
        "[{name: a, requests: [home], phases: [{name: x, for: 1s, rate: 1/s}]}]",
        [
          "p.yaml:7:17: load.streams: the request \"order\" belongs to no stream; add it to the requests of one, or remove it"
        ]
      ),
      (
        "[{name: a, requests: [home, order], phases: [{name: x, for: 1s, rate: 1/s}]}, {name: b, requests: [order], phases: [{name: y, for: 1s, rate: 1/s}]}]",
        [
          "p.yaml:7:116: load.streams[1].requests[0]: the request \"order\" belongs to the stream \"a\" already; to send the same from both, write it twice under two names"
        ]
      ),
      (
        "[{name: a, requests: [home], phases: [{name: x, for: 1s, rate: 1/s}]}, {name: a, requests: [order], phases: [{name: x, for: 1s, rate: 1/s}]}]",
        [
          "p.yaml:7:88: load.streams[1]: a stream named \"a\" stands before; give each a name of its own",
          "p.yaml:7:126: load.streams[1].phases[0]: a phase named \"x\" stands before; give each a name of its own",
        ]
      ),
      (
        "[{name: a, requests: [home, oder], phases: [{name: x, for: 1s, rate: 1/s}]}]",
        [
          "p.yaml:7:17: load.streams: the request \"order\" belongs to no stream; add it to the requests of one, or remove it",
          "p.yaml:7:45: load.streams[0].requests[1]: there is no request \"oder\"; did you mean \"order\"?",
        ]
      ),
      (
        "[{name: a, requests: [home], phases: [{name: x, for: 1s, rate: 1/s}]}, {name: b, requests: [order], phases: [{name: x, for: 1s, rate: 1/s}]}]",
        [
          "p.yaml:7:126: load.streams[1].phases[0]: a phase named \"x\" stands before in the stream \"a\"; give each a name of its own"
        ]
      ),
      (
        "[{requests: [home, order], phases: [{name: x, for: 1s, rate: 1/s}]}]",
        [
          "p.yaml:7:18: load.streams[0]: the key \"name\" is missing; write it as in name: shoppers"
        ]
      ),
    ])
  func streams(streams: String, expected: [String]) {
    let profile = ProfileText(
      requests: "[{name: home, path: /}, {name: order, path: /orders}]", load: "{streams: \(streams)}")

    #expect(profile.problems() == expected)
  }

  @Test(
    "A rule to stop by",
    arguments: [
      (
        "[{errorRatio: 20%, over: 30s}]",
        [
          "p.yaml:8:24: abortOn[0].errorRatio: \"20%\" is not a bound for a share; write > and a percentage, as in \"> 20%\""
        ]
      ),
      (
        "[{dropped: \"> 100%\", over: 30s}]",
        ["p.yaml:8:21: abortOn[0].dropped: a share is never more than 100%; write less, as in \"> 20%\""]
      ),
      (
        "[{errorRatio: \"> 20%\"}]",
        ["p.yaml:8:11: abortOn[0]: the key \"over\" is missing; write it as in over: 30s"]
      ),
      (
        "[{errorRatio: \"> 20%\", over: 1h}]",
        ["p.yaml:8:39: abortOn[0].over: 1h is longer than the run, which takes 2m; write at most 2m"]
      ),
      (
        "[{over: 10s}]",
        [
          "p.yaml:8:11: abortOn[0]: nothing is watched; add errorRatio: \"> 20%\", latency: {percentile: 99, above: 2s} or dropped: \"> 5%\""
        ]
      ),
      (
        "[{errorRatio: \"> 20%\", dropped: \"> 5%\", over: 10s}]",
        ["p.yaml:8:11: abortOn[0]: errorRatio and dropped stand in one rule; write an entry of its own for each"]
      ),
      (
        "[{latency: {percentile: 100, above: 2s}, over: 10s}]",
        [
          "p.yaml:8:34: abortOn[0].latency.percentile: \"100\" is not a percentile; write a number above 0 and below 100, as in 99 or 99.9"
        ]
      ),
      (
        "[{dropped: \"> 5%\", over: 10s}, {dropped: \"> 5%\", over: 10s}]",
        [
          "p.yaml:8:41: abortOn[1]: a rule named \"dropped requests above 5% over 10s\" stands before; give each a name of its own"
        ]
      ),
    ])
  func stopRules(abortOn: String, expected: [String]) {
    #expect(ProfileText(abortOn: abortOn).problems() == expected)
  }
}
