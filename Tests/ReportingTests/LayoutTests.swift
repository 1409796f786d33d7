import Foundation
import Reporting
import Testing

/// What stands where on a page, as a real browser lays it out.
@Suite("The layout of a report in a real browser", .serialized, .timeLimit(.minutes(4)))
struct LayoutTests {
  /// Widths of a telephone, a tablet and a desk.
  private static let widths = [390, 800, 1400]
  /// A4 between its margins.
  private static let paper = 703

  /// Writes into the document what is wide, and which labels lie on each other.
  ///
  /// Tables may be wider than the page within a box that scrolls, but not on paper.
  private static let witness = """
    (function () {
      for (const details of document.querySelectorAll("details")) details.open = true;
      const width = document.documentElement.clientWidth, found = [];
      const isPaper = document.documentElement.hasAttribute("data-paper");
      const name = function (element) { return element.tagName + "." + (element.getAttribute("class") || element.id); };
      if (document.documentElement.scrollWidth > width) found.push("the page is " + document.documentElement.scrollWidth + " wide");
      const scrolls = function (element) {
        for (let box = element.parentElement; box; box = box.parentElement) {
          if (getComputedStyle(box).overflowX !== "visible") return true;
        }
        return false;
      };
      for (const element of document.querySelectorAll("main *")) {
        const box = element.getBoundingClientRect(), style = getComputedStyle(element);
        if (!box.width || !box.height || style.visibility === "hidden" || (scrolls(element) && !isPaper)) continue;
        if (box.right > width + 0.5 || box.left < -0.5) found.push(name(element) + " reaches from " + box.left + " to " + box.right);
      }
      for (const table of document.querySelectorAll(".scroll table")) {
        const room = table.parentElement.clientWidth;
        if (room && room < 250) found.push("a table has only " + room + " pixels");
      }
      const labels = Array.from(document.querySelectorAll("svg.picture text, .strip-row > *")).map(function (element) {
        return { box: element.getBoundingClientRect(), text: element.textContent.trim(), of: element.closest("svg.picture, .strip") };
      }).filter(function (label) { return label.box.width > 0 && label.text; });
      labels.forEach(function (one, index) {
        for (const other of labels.slice(index + 1)) {
          const across = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
          const down = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top);
          if (one.of === other.of && across > 0.5 && down > 3) found.push(one.text + " lies on " + other.text);
        }
      });
      document.documentElement.setAttribute("data-layout", found.length ? found.slice(0, 12).join("; ") : "sound");
      document.documentElement.setAttribute("data-labels", labels.length);
    })();
    """

  private struct Page {
    let name: String
    let source: String
    let width: Int
  }

  /// Lays out pages, each in a frame of its width, and gives what the witness found.
  private func findings(_ pages: [Page], _ arguments: [String] = []) async throws -> [String] {
    let browser = try Browser()
    defer { browser.remove() }
    var frames = ""
    for (index, page) in pages.enumerated() {
      let source = page.source.replacingOccurrences(of: "</body>", with: "<script>\(Self.witness)</script></body>")
      _ = try browser.write(source, "page-\(index).html")
      frames +=
        "<iframe src=\"page-\(index).html\" style=\"width:\(page.width)px;height:900px;border:0;display:block\"></iframe>"
    }
    let collector = """
      onload = function () {
        document.querySelectorAll("iframe").forEach(function (frame, index) {
          const root = frame.contentDocument.documentElement, line = document.createElement("p");
          line.id = "found-" + index;
          line.textContent = root.getAttribute("data-labels") + " labels: " + root.getAttribute("data-layout");
          document.body.append(line);
        });
      };
      """
    let document = try await browser.open(
      try browser.write("<!DOCTYPE html><body>\(frames)<script>\(collector)</script>", "frames.html"),
      ["--dump-dom", "--allow-file-access-from-files", "--window-size=1600,1000"] + arguments
    ).output
    return pages.indices.map { index in
      document.components(separatedBy: "id=\"found-\(index)\">").last?.components(separatedBy: "</p>").first
        ?? "nothing"
    }
  }

  private func stories() throws -> [(name: String, source: String)] {
    [
      ("crowded", HTMLReport.render(try CrowdedStory.timeline(), CrowdedStory.judgements)),
      ("demonstration", HTMLReport.render(try DemoStory.timeline(), DemoStory.judgements)),
      ("twelve hours", HTMLReport.render(CrowdedStory.longRun(), SmallRun.judgements)),
    ]
  }

  @Test(
    "nothing reaches over the side and no label lies on another, from a telephone to a desk",
    arguments: ["light", "dark"])
  func screens(scheme: String) async throws {
    let pages = try stories().flatMap { story in
      Self.widths.map { Page(name: "\(story.name) at \($0)", source: story.source, width: $0) }
    }

    let found = try await findings(pages, scheme == "dark" ? ["--blink-settings=preferredColorScheme=0"] : [])

    for (page, finding) in zip(pages, found) {
      #expect(finding.hasSuffix("labels: sound") && !finding.hasPrefix("0"), "\(page.name): \(finding)")
    }
  }

  @Test("on paper nothing is cut: tables fit between the margins")
  func paper() async throws {
    let pages = try stories().map { story in
      // The rules for paper, applied to a screen as wide.
      let source = story.source.replacingOccurrences(of: "@media print{", with: "@media all{")
        .replacingOccurrences(of: "@media screen", with: "@media speech")
        .replacingOccurrences(of: "<html ", with: "<html data-paper ")
      return Page(name: story.name, source: source, width: Self.paper)
    }

    let found = try await findings(pages, ["--hide-scrollbars"])

    for (page, finding) in zip(pages, found) {
      #expect(finding.hasSuffix("labels: sound") && !finding.hasPrefix("0"), "\(page.name): \(finding)")
    }
  }

  @Test("what reaches over the side, and labels on each other, would be found")
  func findsFaults() async throws {
    let source = HTMLReport.render(SmallRun.timeline(), SmallRun.judgements)
    let wide = source.replacingOccurrences(
      of: "<main>", with: "<main><p style=\"width:900px\">wide</p>")
    let crossed = source.replacingOccurrences(
      of: "<div class=\"strip-inner\">",
      with:
        "<div class=\"strip-inner\"><div class=\"strip-row\"><span class=\"action\">one</span><span class=\"action\">two</span></div>"
    )

    let found = try await findings([
      Page(name: "wide", source: wide, width: 800), Page(name: "crossed", source: crossed, width: 800),
    ])

    #expect(found[0].contains("the page is ") && found[0].contains("P. reaches from"), "\(found)")
    #expect(found[1].contains("one lies on two"), "\(found)")
  }
}
