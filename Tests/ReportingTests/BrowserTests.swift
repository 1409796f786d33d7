import Foundation
import Reporting
import Subprocess
import Testing

/// Opens pages in a real browser.
struct Browser {
  /// A folder of its own for each use, which the browser may write to.
  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "scaleproof-page-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  func write(_ page: String, _ name: String = "page.html") throws -> URL {
    let file = folder.appending(path: name)
    try page.write(to: file, atomically: true, encoding: .utf8)
    return file
  }

  func open(_ page: URL, _ arguments: [String]) async throws -> (output: String, log: String) {
    let all =
      [
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
        "--user-data-dir=\(folder.path)/profile", "--enable-logging=stderr", "--v=0", "--virtual-time-budget=3000",
      ] + arguments + [page.absoluteString]
    let result = try await run(
      .name("chromium"), arguments: Arguments(all), output: .string(limit: 16_000_000), error: .string(limit: 1_000_000)
    )
    return (result.standardOutput, result.standardError)
  }

  func remove() { try? FileManager.default.removeItem(at: folder) }
}

extension String {
  /// The page with a witness before its own scripts: errors are written into the document, where a test can read them.
  fileprivate var withErrorWitness: String {
    let witness = """
      <script>window.addEventListener("error", function (event) {
        document.documentElement.setAttribute("data-error", event.message);
      });</script>
      """
    return replacingOccurrences(of: "</head>", with: witness + "</head>")
  }

  /// What a person does on the page, done by a script at its end.
  fileprivate func withGesture(_ script: String) -> String {
    replacingOccurrences(of: "</body>", with: "<script>\(script)</script></body>")
  }
}

@Suite("Reports in a real browser", .serialized, .timeLimit(.minutes(10)))
struct BrowserTests {
  @Test("Chromium finds the verdicts and charts, and no error in the console")
  func opens() async throws {
    let browser = try Browser()
    defer { browser.remove() }
    let page = HTMLReport.render(try DemoStory.timeline(), DemoStory.judgements).withErrorWitness
    let (document, log) = try await browser.open(try browser.write(page), ["--dump-dom"])
    #expect(document.contains("data-script=\"ready\""), "the script ran to its end")
    #expect(!document.contains("data-error=\""), "no error reached the window")
    #expect(!log.contains("CONSOLE"), "\(log)")
    #expect(document.contains("release costs no errors"))
    #expect(document.contains("id=\"chart-replicas\""))
  }

  @Test("an error in a script of the page would be found")
  func findsErrors() async throws {
    let browser = try Browser()
    defer { browser.remove() }
    let page = HTMLReport.render(SmallRun.timeline(), SmallRun.judgements).withErrorWitness
      .replacingOccurrences(of: "\"use strict\";", with: "\"use strict\"; undefinedFunction();")
    let (document, log) = try await browser.open(try browser.write(page), ["--dump-dom"])
    #expect(document.contains("data-error=\""))
    #expect(!document.contains("data-script=\"ready\""))
    #expect(log.contains("CONSOLE"))
  }

  @Test("the arrow keys and the pointer show the values of all charts at one moment")
  func readout() async throws {
    let browser = try Browser()
    defer { browser.remove() }
    let page = HTMLReport.render(try DemoStory.timeline(), DemoStory.judgements).withErrorWitness
    let pointer = """
      const box = document.querySelector("#chart-rate .plot").getBoundingClientRect();
      document.querySelector("#chart-rate .plot").dispatchEvent(new PointerEvent("pointermove",
        { clientX: box.left + box.width * 200.5 / 1140, clientY: box.top + 5 }));
      """
    let keys = """
      document.getElementById("charts").dispatchEvent(new KeyboardEvent("keydown", { key: "End" }));
      """
    let atPointer = try await browser.open(try browser.write(page.withGesture(pointer)), ["--dump-dom"]).output
    #expect(atPointer.contains("03:20 surge"))
    let ready = try #require(atPointer.figure("replicas"))
    #expect(ready.firstMatch(of: /<output data-series="0">8<\/output>/) != nil, "8 replicas are wanted at 200 s")
    #expect(try #require(atPointer.figure("rate")).contains(/<output data-series="0">1,\d\d\d\/s<\/output>/))
    let atEnd = try await browser.open(try browser.write(page.withGesture(keys)), ["--dump-dom"]).output
    #expect(atEnd.contains("19:00 settle"))
    #expect(!atEnd.contains("data-error=\""))
  }

  @Test("the arrow keys step through the decisions of the autoscaler, and a pointer tells the nearest one")
  func decisions() async throws {
    let browser = try Browser()
    defer { browser.remove() }
    let page = HTMLReport.render(try DemoStory.timeline(), DemoStory.judgements).withErrorWitness
    let keys = """
      const lane = document.getElementById("decisions");
      lane.focus();
      lane.dispatchEvent(new KeyboardEvent("keydown", { key: "End" }));
      lane.dispatchEvent(new KeyboardEvent("keydown", { key: "Home" }));
      lane.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight" }));
      """
    let pointer = """
      const lane = document.getElementById("decisions");
      const box = lane.getBoundingClientRect();
      const arrow = Array.from(lane.querySelectorAll("text")).find(function (text) { return text.textContent === "8 → 4"; });
      const at = Number(arrow.closest("[data-entry]").dataset.at);
      lane.dispatchEvent(new PointerEvent("pointermove", { clientX: box.left + box.width * at / 1140, clientY: box.top + 2 }));
      """
    let afterKeys = try await browser.open(try browser.write(page.withGesture(keys)), ["--dump-dom"]).output
    #expect(afterKeys.matches(of: /<g class="decision [a-z]+ chosen" data-entry="1"/).count == 1)
    #expect(afterKeys.contains("class=\"at-moment\""))
    let afterPointer = try await browser.open(try browser.write(page.withGesture(pointer)), ["--dump-dom"]).output
    let told = afterPointer.components(separatedBy: "id=\"decision-text\"").last?.components(separatedBy: "</p>").first
    #expect(try #require(told).contains("8 → 4  (the step limit holds back)\nmetrics: "))
    #expect(!(afterKeys + afterPointer).contains("data-error=\""))
  }

  @Test("the page prints, on more than one sheet")
  func prints() async throws {
    let browser = try Browser()
    defer { browser.remove() }
    let page = try browser.write(HTMLReport.render(try DemoStory.timeline(), DemoStory.judgements))
    let file = browser.folder.appending(path: "page.pdf")
    _ = try await browser.open(page, ["--print-to-pdf=\(file.path)", "--no-pdf-header-footer"])
    let document = try Data(contentsOf: file)
    #expect(document.starts(with: Data("%PDF".utf8)))
    let text = String(decoding: document, as: UTF8.self)
    #expect(text.components(separatedBy: "/Type /Page\n").count > 2)
  }

  @Test(
    "pages for a person to look at", .enabled(if: ProcessInfo.processInfo.environment["SCALEPROOF_KEEP_PAGES"] != nil))
  func keep() throws {
    let folder = try #require(ProcessInfo.processInfo.environment["SCALEPROOF_KEEP_PAGES"])
    try HTMLReport.render(try DemoStory.timeline(), DemoStory.judgements)
      .write(toFile: "\(folder)/demo.html", atomically: true, encoding: .utf8)
    try HTMLReport.render(SmallRun.timeline(timeScale: 20, endedAt: nil, endReason: nil), SmallRun.judgements)
      .write(toFile: "\(folder)/small.html", atomically: true, encoding: .utf8)
    try HTMLReport.render(StrainedRun.timeline(), SmallRun.judgements)
      .write(toFile: "\(folder)/strained.html", atomically: true, encoding: .utf8)
  }
}
