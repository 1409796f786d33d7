import Profiles
import Testing

@Suite("CSV data")
struct DataTableTests {
  @Test("is split into columns and rows, with quotes, commas and line breaks in fields, and blank lines passed over")
  func reads() throws {
    let text = "\u{FEFF}sku,text\r\n1,plain\r\n\r\n2,\"a \"\"quoted\"\", long\nfield\"\r\n3,\n"

    let table = try DataTable(text: text, source: "skus.csv")

    #expect(table.columns == ["sku", "text"])
    #expect(table.rows == [["1", "plain"], ["2", "a \"quoted\", long\nfield"], ["3", ""]])
  }

  @Test("needs no line break at its end")
  func noFinalLineBreak() throws {
    #expect(try DataTable(text: "id\n7", source: "a.csv").rows == [["7"]])
  }

  @Test(
    "that cannot be used is refused with its place",
    arguments: [
      (
        "",
        [
          "d.csv: the file is empty; its first row names the columns, as in sku,price, and the rows below hold the data"
        ]
      ),
      (
        "sku,price\n\n",
        [
          "d.csv:1:1: there is no row of data below the names of the columns; the first row names the columns; add at least one below"
        ]
      ),
      (
        "sku,price\n1,2\n3\n4,5,6\n",
        [
          "d.csv:3:1: this row has 1 field, but the first row names 2 columns; write the missing fields, if only as commas",
          "d.csv:4:1: this row has 3 fields, but the first row names 2 columns; put a field that holds a comma into double quotes",
        ]
      ),
      ("sku,sku\n1,2\n", ["d.csv:1:5: the column \"sku\" is named twice; give each column a name of its own"]),
      ("sku,\n1,2\n", ["d.csv:1:5: a column has no name; the first row names the columns, as in sku,price"]),
      (
        "sku,text\n1,\"a\n2,b\n",
        ["d.csv:2:3: the quote that opens here is never closed; close it; a quote inside a field is written twice"]
      ),
      (
        "sku\n5\" disk\n",
        [
          "d.csv:2:2: a quote stands inside a field that does not begin with one; put the whole field into double quotes, and write each quote in it twice"
        ]
      ),
      (
        "sku\n\"a\"b\n",
        [
          "d.csv:2:4: a comma or the end of the line should follow the closing quote; write a quote in a field twice"
        ]
      ),
    ])
  func refuses(text: String, expected: [String]) {
    let problems = #expect(throws: ProfileProblems.self) { try DataTable(text: text, source: "d.csv") }

    #expect(problems?.problems.map(\.description) == expected)
  }

  private static func profile(order: String, arrivals: String = "uniform") throws -> Profile {
    try ProfileText(
      requests: "[{name: a, weight: 3, path: \"/{{csv u.id}}\"}, {name: b, path: /}]",
      data: "{u: {file: u.csv, order: \(order)}}",
      load: "{arrivals: \(arrivals), phases: [{name: x, for: 10s, rate: 12/s}]}"
    ).profile()
  }

  private static func table(rows: Int, column: String = "id") throws -> DataTable {
    try DataTable(text: column + "\n" + (1...rows).map { "\($0)\n" }.joined(), source: "u.csv")
  }

  @Test("has the columns that requests name")
  func columns() throws {
    let profile = try Self.profile(order: "sequential")

    #expect(try profile.dataProblems(tables: ["u": Self.table(rows: 1)]).isEmpty)
    #expect(
      try profile.dataProblems(tables: ["u": Self.table(rows: 1, column: "idd")]).map(\.description) == [
        "p.yaml:6:39: requests[0].path: u.csv has no column \"id\"; did you mean \"idd\"?"
      ])
  }

  @Test("of unique rows has one for each planned request, here three of four of 120")
  func uniqueRows() throws {
    let profile = try Self.profile(order: "unique")

    #expect(try profile.dataProblems(tables: ["u": Self.table(rows: 90)]).isEmpty)
    #expect(
      try profile.dataProblems(tables: ["u": Self.table(rows: 89)]).map(\.description) == [
        "p.yaml:7:18: data.u.file: the request \"a\" takes up to 90 rows, each only once, but u.csv has 89; add rows, plan fewer requests, or write order: sequential"
      ])
  }

  @Test("of unique rows has more for random arrivals, which may be more than planned")
  func uniqueRowsForPoisson() throws {
    let profile = try Self.profile(order: "unique", arrivals: "poisson")

    #expect(try !profile.dataProblems(tables: ["u": Self.table(rows: 137)]).isEmpty)
    #expect(try profile.dataProblems(tables: ["u": Self.table(rows: 138)]).isEmpty)
  }
}
