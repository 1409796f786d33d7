import Expectations
import Units

/// A sweep as one page that needs nothing else.
package enum SweepReport {
  private static let noPicture: HTML = """
    <p class="note">No picture of cost and harm: there are no two variants that differ in failed requests, p99 or missing pods and \
    whose pod minutes are known.</p>
    """

  /// - Parameter version: of the program that made it.
  package static func render(_ sweep: Sweep, version: String) -> String {
    let runs = sweep.rows.reduce(0) { $0 + $1.runs.count }
    let head = (sweep.columns + ["verdicts"] + Sweep.figureNames).map { "<th scope=\"col\">\($0)</th>" as HTML }
    let rows = sweep.rows.map { row -> HTML in
      let cells = (row.values + [row.verdictText] + row.figureTexts).map { "<td>\($0)</td>" as HTML }
      return "<tr class=\"\(row.verdict.rawValue)\">\(cells)</tr>\n"
    }
    let exceptions = sweep.expectations.indices.compactMap { index -> HTML? in
      sweep.exceptions(of: index).map { "<li><strong>\(sweep.expectations[index])</strong> \($0)</li>" }
    }
    let list: HTML =
      sweep.expectations.isEmpty
      ? "<p>The profile has no expectations, so that nothing was judged.</p>"
      : exceptions.isEmpty
        ? "<p>Every expectation passes everywhere.</p>" : "<ul>\(exceptions)</ul>"
    let page: HTML = """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; \
      form-action 'none'; base-uri 'none'">
      <meta name="generator" content="ScaleProof \(version)">
      <link rel="icon" href="data:,">
      <title>What if: \(sweep.profile)</title>
      <style>\(ReportStyle.sheet)</style>
      </head>
      <body>
      <main>
      <h1>\(sweep.profile): \(sweep.rows.count.counted("variant")) in \(runs.counted("run")) of virtual time</h1>
      <p class="facts">\(sweep.fields.joined(separator: ", "))</p>
      \(SweepChart(sweep)?.html ?? noPicture)
      <h2>Variants</h2>
      <div class="scroll"><table class="figures-table"><thead><tr>\(head)</tr></thead><tbody>
      \(rows)</tbody></table></div>
      <p class="note">Failed requests, p99 of the successful ones, the time that pods existed, and for how long too few or more \
      pods were ready than the offered load fills to their CPU request. Of several runs the median.</p>
      <h2>Expectations</h2>
      \(list)
      </main>
      <footer>ScaleProof \(version).</footer>
      </body>
      </html>

      """
    return page.markup
  }
}
