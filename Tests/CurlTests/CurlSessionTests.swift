import Curl
import Foundation
import LoadFacts
import TestServers
import Testing

/// What `body` fails with; `nil` when it does not.
private func curlError(_ body: () async throws -> Void) async throws -> CurlError? {
  do {
    try await body()
    return nil
  } catch let error as CurlError {
    return error
  }
}

@Suite("Session against nginx", .serialized, .timeLimit(.minutes(10)))
struct CurlSessionNginxTests {
  let nginx: NginxServer
  let session: CurlSession

  init() throws {
    nginx = try NginxServer()
    session = try CurlSession(name: "test")
  }

  @Test("a response comes with status, headers, body and ordered instants")
  func response() async throws {
    let response = try await session.perform(CurlRequest(url: nginx.url + "/pod"))
    #expect(response.status == 200)
    #expect(response.header("x-pod") == "pod-7")
    #expect(response.header("X-VERSION") == "v2")
    #expect(response.header("absent") == nil)
    #expect(String(decoding: response.body, as: UTF8.self) == "pod\n")
    #expect(response.sentAt < response.receivedAt)
    #expect(response.times.firstByte > 0 && response.times.firstByte <= response.times.end)
  }

  @Test("an HTTP error is a response, not an error")
  func httpError() async throws {
    #expect(try await session.perform(CurlRequest(url: nginx.url + "/busy")).status == 503)
    #expect(try await session.perform(CurlRequest(url: nginx.url + "/moved")).status == 302)
  }

  @Test("many requests at once get each its own answer, over few connections")
  func concurrency() async throws {
    let paths = ["/ok", "/created", "/missing", "/busy"]
    let statuses = [200, 201, 404, 503]
    try await withThrowingTaskGroup(of: (Int, Int).self) { group in
      for index in 0..<200 {
        group.addTask { [session, nginx] in
          (index, try await session.perform(CurlRequest(url: nginx.url + paths[index % 4])).status)
        }
      }
      for try await (index, status) in group { #expect(status == statuses[index % 4]) }
    }
  }

  @Test("a server whose authority is not trusted is refused as tls")
  func unknownAuthority() async throws {
    let error = try await curlError {
      _ = try await session.perform(CurlRequest(url: nginx.tlsURL + "/ok"))
    }
    #expect(error?.failure == .tlsUntrusted)
  }

  @Test("a bundle of authorities that cannot be read is told as such, with what to do, and only when it is needed")
  func missingAuthorities() async throws {
    let empty = nginx.authorityFile + ".empty"
    try Data().write(to: URL(fileURLWithPath: empty))
    defer { try? FileManager.default.removeItem(atPath: empty) }
    for file in ["/nowhere/ca-certificates.crt", empty] {
      let request = CurlRequest(url: nginx.tlsURL + "/ok", tls: TLSSettings(authority: .file(file)))
      let error = try await curlError { _ = try await session.perform(request) }
      #expect(error?.failure == .tlsNoAuthorities)
      #expect(error?.description.contains("\(file): this machine has no readable bundle") == true, "\(error as Any)")
      #expect(error?.description.contains("install the package ca-certificates") == true)

      let unchecked = CurlRequest(url: nginx.tlsURL + "/ok", tls: TLSSettings(verify: false, authority: .file(file)))
      #expect(try await session.perform(unchecked).status == 200)
    }
  }

  @Test("the authority may come from a file or from memory, and verification may be off")
  func trust() async throws {
    let data = [UInt8](try Data(contentsOf: URL(fileURLWithPath: nginx.authorityFile)))
    for tls in [
      TLSSettings(authority: .file(nginx.authorityFile)), TLSSettings(authority: .data(data)),
      TLSSettings(verify: false),
    ] {
      #expect(try await session.perform(CurlRequest(url: nginx.tlsURL + "/ok", tls: tls)).status == 200)
    }
  }

  @Test("a certificate for another name is refused; the expected name can be given")
  func serverName() async throws {
    let authority = PEM.file(nginx.authorityFile)
    let url = "https://127.0.0.2:\(nginx.tlsPort)/ok"
    let error = try await curlError {
      _ = try await session.perform(
        CurlRequest(url: url, tls: TLSSettings(authority: authority), connectTo: "127.0.0.1:\(nginx.tlsPort)"))
    }
    #expect(error?.failure == .tlsName)
    let response = try await session.perform(
      CurlRequest(
        url: "https://127.0.0.1:\(nginx.tlsPort)/ok",
        tls: TLSSettings(authority: authority, serverName: "api.example.com")))
    #expect(response.status == 200)
  }

  @Test("a client certificate is sent from file or memory, and is missed where it is asked for")
  func clientCertificate() async throws {
    let url = "https://localhost:\(nginx.clientCertificatePort)/ok"
    let authority = PEM.file(nginx.authorityFile)
    let without = try await session.perform(CurlRequest(url: url, tls: TLSSettings(authority: authority)))
    #expect(without.status == 400)
    let certificate = [UInt8](try Data(contentsOf: URL(fileURLWithPath: nginx.clientCertificateFile)))
    let key = [UInt8](try Data(contentsOf: URL(fileURLWithPath: nginx.clientKeyFile)))
    for (certificate, key) in [
      (PEM.file(nginx.clientCertificateFile), PEM.file(nginx.clientKeyFile)), (.data(certificate), .data(key)),
    ] {
      let tls = TLSSettings(authority: authority, clientCertificate: certificate, clientKey: key)
      #expect(try await session.perform(CurlRequest(url: url, tls: tls)).status == 200)
    }
    let error = try await curlError {
      let tls = TLSSettings(
        authority: authority, clientCertificate: .data(Array("no certificate".utf8)), clientKey: .data(key))
      _ = try await session.perform(CurlRequest(url: url, tls: tls))
    }
    #expect(error?.failure == .tlsClientCertificate)
  }

  @Test("once it is closed requests fail instead of waiting")
  func closed() async throws {
    let other = try CurlSession(name: "other")
    #expect(try await other.perform(CurlRequest(url: nginx.url + "/ok")).status == 200)
    await other.close()
    let error = try await curlError { _ = try await other.perform(CurlRequest(url: nginx.url + "/ok")) }
    #expect(error?.failure == .cancelled)
  }

  @Test("when it is closed its thread is gone, whatever is on its way")
  func threadIsGone() async throws {
    let silent = try FullServer()
    for run in 0..<20 {
      let name = "closing-\(run)"
      let closing = try CurlSession(name: name)
      _ = try await closing.perform(
        CurlRequest(url: nginx.tlsURL + "/ok", tls: TLSSettings(authority: .file(nginx.authorityFile))))
      let waiting = Task { try await closing.perform(CurlRequest(url: "http://127.0.0.1:\(silent.port)/")) }
      if run % 2 == 1 { await Task.yield() }

      await closing.close()

      #expect(try !Self.threadNames().contains(name))
      await #expect(throws: (any Error).self) { try await waiting.value }
    }
  }

  /// Names of the threads of this process.
  private static func threadNames() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").compactMap { thread in
      // One that has ended meanwhile has none.
      try? String(contentsOfFile: "/proc/self/task/\(thread)/comm", encoding: .utf8)
        .trimmingCharacters(in: .whitespacesAndNewlines)
    }
  }
}

@Suite("Session against servers that misbehave", .serialized, .timeLimit(.minutes(10)))
struct CurlSessionFailureTests {
  private func failure(_ request: CurlRequest) async throws -> TransferFailure? {
    let session = try CurlSession(name: "test")
    return try await curlError { _ = try await session.perform(request) }?.failure
  }

  @Test("nobody listening is connect refused, with the system's error number")
  func refused() async throws {
    let unused = try UnusedPort()
    let session = try CurlSession(name: "test")
    let error = try await curlError {
      _ = try await session.perform(CurlRequest(url: "http://127.0.0.1:\(unused.port)/"))
    }
    #expect(error?.failure == .connectRefused)
    #expect(error?.osError == Int(ECONNREFUSED))
    #expect(error?.description.contains("\(unused.port)") == true)
  }

  @Test("each way to fail has its class")
  func classes() async throws {
    let silent = try ScriptedServer { $0.awaitClose() }
    #expect(try await failure(CurlRequest(url: silent.url, timeout: .seconds(1))) == .timeout)
    #expect(
      try await failure(
        CurlRequest(url: "https://127.0.0.1:\(silent.port)", connectTimeout: .seconds(1))) == .tlsTimeout)

    let closing = try ScriptedServer { _ = $0.readRequestHead() }
    #expect(try await failure(CurlRequest(url: closing.url)) == .emptyReply)

    let resetting = try ScriptedServer {
      _ = $0.readRequestHead()
      $0.resetOnClose()
    }
    #expect(try await failure(CurlRequest(url: resetting.url)) == .resetBeforeResponse)

    let breaking = try ScriptedServer {
      _ = $0.readRequestHead()
      $0.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this")
    }
    #expect(try await failure(CurlRequest(url: breaking.url)) == .resetDuringResponse)

    let babbling = try ScriptedServer {
      _ = $0.readRequestHead()
      $0.write("HTTP/1.1 what is this\r\n\r\n")
    }
    #expect(try await failure(CurlRequest(url: babbling.url)) == .protocolError)

    let plain = try ScriptedServer { $0.write("this is not TLS\r\n") }
    #expect(try await failure(CurlRequest(url: "https://127.0.0.1:\(plain.port)")) == .tlsHandshake)

    #expect(try await failure(CurlRequest(url: "http://does-not-exist.invalid/")) == .dns)

    let large = try ScriptedServer {
      _ = $0.readRequestHead()
      $0.write("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n12345678901234567890")
    }
    #expect(try await failure(CurlRequest(url: large.url, maximumBodySize: 19)) == .tooLarge)
    #expect(try await failure(CurlRequest(url: large.url, maximumBodySize: 20)) == nil)
  }

  @Test("cancelling a request ends it and closes its connection")
  func cancellation() async throws {
    let closed = AsyncStream.makeStream(of: Void.self)
    let asked = AsyncStream.makeStream(of: Void.self)
    let server = try ScriptedServer {
      _ = $0.readRequestHead()
      asked.continuation.yield()
      $0.awaitClose()
      closed.continuation.yield()
    }
    let session = try CurlSession(name: "test")
    let task = Task { try await session.perform(CurlRequest(url: server.url, timeout: nil)) }
    for await _ in asked.stream { break }
    task.cancel()
    await #expect(throws: CancellationError.self) { _ = try await task.value }
    for await _ in closed.stream { break }
  }

  @Test("a task that is cancelled before it asks gets a cancellation")
  func cancelledBefore() async throws {
    let server = try ScriptedServer { $0.awaitClose() }
    let session = try CurlSession(name: "test")
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await session.perform(CurlRequest(url: server.url, timeout: nil))
    }
    await #expect(throws: CancellationError.self) { _ = try await task.value }
  }
}

@Suite("Streams", .serialized, .timeLimit(.minutes(10)))
struct CurlStreamTests {
  @Test("lines come while the response goes on, whatever the pieces it is sent in")
  func lines() async throws {
    let proceed = DispatchSemaphore(value: 0)
    let server = try ScriptedServer {
      _ = $0.readRequestHead()
      $0.write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\nfirst\nsec")
      guard proceed.wait(timeout: .now() + 300) == .success else { return }
      $0.write("ond\n\nlast without end")
    }
    let session = try CurlSession(name: "test")
    let stream = try await session.stream(CurlRequest(url: server.url, timeout: nil))
    #expect(stream.head.status == 200)
    #expect(stream.head.header("content-type") == "application/json")
    var lines: [String] = []
    var instants: [ContinuousClock.Instant] = []
    for try await line in stream.lines {
      if lines.isEmpty { proceed.signal() }
      lines.append(String(decoding: line.bytes, as: UTF8.self))
      instants.append(line.receivedAt)
    }
    #expect(lines == ["first", "second", "", "last without end"])
    #expect(instants == instants.sorted() && stream.head.sentAt < instants[0])
  }

  @Test("interim responses are passed over")
  func interim() async throws {
    let server = try ScriptedServer {
      _ = $0.readRequestHead()
      $0.write("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 410 Gone\r\nContent-Length: 8\r\n\r\ntoo old\n")
    }
    let session = try CurlSession(name: "test")
    let stream = try await session.stream(CurlRequest(url: server.url))
    #expect(stream.head.status == 410)
    #expect(stream.head.header("Link") == nil)
    #expect(String(decoding: try await stream.body(), as: UTF8.self) == "too old")
  }

  @Test("a connection that breaks ends the lines with an error")
  func broken() async throws {
    let server = try ScriptedServer {
      _ = $0.readRequestHead()
      $0.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\none\nt\r\n")
    }
    let session = try CurlSession(name: "test")
    let stream = try await session.stream(CurlRequest(url: server.url))
    var lines: [String] = []
    let error = try await curlError {
      for try await line in stream.lines { lines.append(String(decoding: line.bytes, as: UTF8.self)) }
    }
    #expect(lines == ["one"])
    #expect(error?.failure == .resetDuringResponse)
  }

  @Test("no response at all is thrown before there is a stream")
  func refused() async throws {
    let unused = try UnusedPort()
    let session = try CurlSession(name: "test")
    let error = try await curlError {
      _ = try await session.stream(CurlRequest(url: "http://127.0.0.1:\(unused.port)/"))
    }
    #expect(error?.failure == .connectRefused)
  }

  @Test("a line longer than allowed fails")
  func tooLong() async throws {
    let server = try ScriptedServer {
      _ = $0.readRequestHead()
      $0.write("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + String(repeating: "x", count: 2000) + "\n")
    }
    let session = try CurlSession(name: "test")
    let stream = try await session.stream(CurlRequest(url: server.url, maximumBodySize: 1000))
    let error = try await curlError { for try await _ in stream.lines {} }
    #expect(error?.failure == .tooLarge)
  }

  @Test("leaving the loop closes the connection")
  func leaving() async throws {
    let closed = AsyncStream.makeStream(of: Void.self)
    let server = try ScriptedServer {
      _ = $0.readRequestHead()
      $0.write("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\none\n")
      $0.awaitClose()
      closed.continuation.yield()
    }
    let session = try CurlSession(name: "test")
    let task = Task {
      let stream = try await session.stream(CurlRequest(url: server.url, timeout: nil))
      for try await _ in stream.lines { return }
    }
    try await task.value
    for await _ in closed.stream { break }
  }
}
