import Testing

/// The texts of errors are what a user meets first, so that they are held word for word.
@Suite("What is wrong with a request of a profile is said with place and hint")
struct RequestProblemTests {
  @Test(
    "A request",
    arguments: [
      (
        "method: HEAD, expect: {bodyContains: ok, json: {/id: 1}, maxSize: 64Ki}",
        [
          "p.yaml:6:71: requests[0].expect.bodyContains: the answer to a HEAD request has no body to check; write method: GET, or leave out bodyContains",
          "p.yaml:6:81: requests[0].expect.json: the answer to a HEAD request has no body to check; write method: GET, or leave out json",
          "p.yaml:6:100: requests[0].expect.maxSize: the answer to a HEAD request has no body to check; write method: GET, or leave out maxSize",
        ]
      ),
      (
        "expect: {json: {items.0.id: 7}}",
        [
          "p.yaml:6:62: requests[0].expect.json.items.0.id: \"items.0.id\" is not a JSON pointer (RFC 6901); it begins with /, as in /items/0/id"
        ]
      ),
      (
        "expect: {json: {/a~b: 7}}",
        [
          "p.yaml:6:56: requests[0].expect.json./a~b: \"/a~b\" is not a JSON pointer (RFC 6901); write ~ as ~0, and / in a name as ~1"
        ]
      ),
      (
        "expect: {maxSize: big}",
        [
          "p.yaml:6:52: requests[0].expect.maxSize: \"big\" is not a size; write a number of bytes, as in 500, 64Ki or 2Mi"
        ]
      ),
      (
        "expect: {headers: {\"X Cache\": HIT}}",
        [
          "p.yaml:6:64: requests[0].expect.headers.X Cache: \"X Cache\" is not the name of a header; write it as in X-Cache: HIT"
        ]
      ),
      (
        "expect: {bodyContains: \"{{uuid}}\"}",
        [
          "p.yaml:6:57: requests[0].expect.bodyContains: \"{{uuid}}\" is not filled in: a check compares with a fixed text; write the text that is expected"
        ]
      ),
      (
        "expect: {bodyContain: ok}",
        ["p.yaml:6:43: requests[0].expect: unknown key \"bodyContain\"; did you mean \"bodyContains\"?"]
      ),
      (
        "body: {text: a, file: b}",
        [
          "p.yaml:6:40: requests[0].body: a body is one of text, json and file; write body: {text: …}, body: {json: …} or body: {file: order.json}"
        ]
      ),
      (
        "headers: {Content-Length: 7}",
        [
          "p.yaml:6:60: requests[0].headers.Content-Length: Content-Length follows from the body, and another one would have the server misread this request and the next; leave it out: each request is sent with the length of its body"
        ]
      ),
      (
        "headers: {transfer-encoding: chunked}",
        [
          "p.yaml:6:63: requests[0].headers.transfer-encoding: transfer-encoding follows from the body, and another one would have the server misread this request and the next; leave it out: each request is sent with the length of its body"
        ]
      ),
      (
        "headers: {Authorization: x}, auth: {bearer: y}",
        [
          "p.yaml:6:69: requests[0].auth: the request has the header Authorization as well; keep one of them"
        ]
      ),
      (
        "headers: {X-At: \"{{time iso}}\"}",
        [
          "p.yaml:6:50: requests[0].headers.X-At: {{time iso}} is not understood; write {{time}}, {{time unix}} or {{time unixMs}}"
        ]
      ),
      (
        "headers: {X-Sku: \"{{csv skus}}\"}",
        [
          "p.yaml:6:51: requests[0].headers.X-Sku: {{csv skus}} is not understood; write the feed and the column, as in {{csv skus.sku}}"
        ]
      ),
      (
        "headers: {X-Sku: \"{{csv sku.sku}}\"}",
        ["p.yaml:6:51: requests[0].headers.X-Sku: there is no data feed \"sku\"; did you mean \"skus\"?"]
      ),
    ])
  func requests(request: String, expected: [String]) {
    let profile = ProfileText(
      requests: "[{name: home, path: /, \(request)}]", data: "{skus: {file: skus.csv}}")

    #expect(profile.problems() == expected)
  }

  @Test(
    "A feed",
    arguments: [
      ("{skus: {}}", ["p.yaml:7:14: data.skus: the key \"file\" is missing; write it as in file: skus.csv"]),
      (
        "{skus: skus.csv}",
        ["p.yaml:7:14: data.skus: a feed should be a mapping, not a single value; write skus: {file: skus.csv}"]
      ),
      (
        "{skus: {file: skus.csv, order: shuffled}}",
        ["p.yaml:7:38: data.skus.order: \"shuffled\" is not known; what is known: sequential, random, unique"]
      ),
      ("{a.b: {file: skus.csv}}", ["p.yaml:7:13: data.a.b: \"a.b\" is not a name; write letters, digits, - and _"]),
    ])
  func feeds(data: String, expected: [String]) {
    #expect(ProfileText(data: data).problems() == expected)
  }

  @Test("A feed of unique rows is for one request")
  func uniqueTwice() {
    let profile = ProfileText(
      requests: "[{name: a, path: \"/{{csv u.id}}\"}, {name: b, path: \"/{{csv u.id}}\"}]",
      data: "{u: {file: u.csv, order: unique}}")

    #expect(
      profile.problems() == [
        "p.yaml:6:62: requests[1].path: the feed \"u\" is unique, and the request \"a\" takes its rows already; give each request a feed of its own, or write order: sequential"
      ])
  }

  @Test("A feed of unique rows is not for users, whose requests nobody can count beforehand")
  func uniqueForUsers() {
    let profile = ProfileText(
      requests: "[{name: a, path: \"/{{csv u.id}}\"}]", data: "{u: {file: u.csv, order: unique}}",
      load: "{phases: [{name: x, for: 1m, users: 5, think: 1s}]}")

    #expect(
      profile.problems() == [
        "p.yaml:6:28: requests[0].path: the feed \"u\" is unique, and nobody can say beforehand how many rows a number of users takes; write order: sequential, or a rate in place of users"
      ])
  }
}
