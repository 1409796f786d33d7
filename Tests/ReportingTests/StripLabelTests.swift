import Testing

@testable import Reporting

@Suite("Labels above the charts")
struct StripLabelTests {
  private func label(_ position: Double, _ name: String = "failed") -> StripLabel {
    StripLabel(name: name, title: "\(name) at \(position)", kind: "failed", target: "expectation-1", position: position)
  }

  @Test("two failures near each other have a lane each, so that both are named")
  func lanes() {
    let lanes = StripLabel.lanes([label(12, "one"), label(15, "two")])

    #expect(lanes.map { $0.map(\.name) } == [["one"], ["two"]])
  }

  @Test("those that are far apart share a lane, and what lies between them")
  func room() {
    let lanes = StripLabel.lanes([label(10), label(50), label(90)])

    #expect(lanes.count == 1)
    #expect(lanes[0].map(\.isLeftwards) == [false, false, true])
    #expect(lanes[0].map(\.room) == [40, 20, 20])
  }

  @Test("a label at either edge is written inwards, and ends there")
  func edges() {
    let lanes = StripLabel.lanes([label(0), label(100)])

    #expect(lanes[0].map(\.isLeftwards) == [false, true])
    #expect(lanes[0].map(\.room) == [50, 50])
    #expect(StripLabel.lanes([label(70)])[0][0].room == 70)
  }

  @Test("more failures at one moment than there are lanes are told by their number, and each in the title")
  func crowd() {
    let lanes = StripLabel.lanes((1...6).map { label(20, "number \($0)") })

    #expect(lanes.count == StripLabel.most)
    let html = lanes[StripLabel.most - 1][0].html.markup
    #expect(html.contains("number 4 and 2 more") && html.contains("number 6 at 20.0") && html.contains("#expectations"))
  }

  @Test("labels of one lane never overlap, whatever their moments", arguments: 1...200)
  func property(seed: Int) {
    var random = SeededNumbers(seed: UInt64(seed))
    let labels = (0..<(1 + random.next(below: 12))).map { _ in label(Double(random.next(below: 1001)) / 10) }

    let lanes = StripLabel.lanes(labels)

    #expect(lanes.joined().reduce(0) { $0 + 1 + $1.others.count } == labels.count)
    for lane in lanes {
      for (one, next) in zip(lane, lane.dropFirst()) {
        let end = one.isLeftwards ? one.position : one.position + one.room
        let start = next.isLeftwards ? next.position - next.room : next.position
        #expect(end <= start + 1e-9, "\(one.position) and \(next.position)")
      }
      for label in lane {
        #expect(label.room <= (label.isLeftwards ? label.position : 100 - label.position) + 1e-9)
      }
    }
  }
}
