import RunTimeline
import Units

/// The name of a mark in the strip above the charts: an action, a deletion, or an expectation that failed.
///
/// Where a page puts them is not known here, since widths are percents. So each label has its room: from its mark to that of
/// the next one in its lane, or to the edge; what does not fit is cut there, and the title says it whole.
struct StripLabel: Sendable, Equatable {
  /// Labels of one lane are at least so many percent of the width apart, so that each has room for some letters.
  static let least = 30.0
  /// So many lanes, so that the strip leaves room for the charts; what finds no place is told as a number.
  static let most = 4

  let name: String
  let title: String
  /// Its class in the style sheet.
  let kind: String
  /// Where a click leads.
  let target: String?
  /// Percent of the width at which its mark stands.
  let position: Double
  /// How many others stand behind this one, with the titles of all.
  var others: [StripLabel] = []
  /// Percent of the width that the label may take.
  var room = 100.0
  /// Whether the mark of another label ends its room, and not the edge of the page.
  var isNextToAnother = false

  init(name: String, title: String, kind: String, target: String? = nil, position: Double) {
    self.name = name
    self.title = title
    self.kind = kind
    self.target = target
    self.position = position
  }

  init(_ mark: ChartFrame.Mark, kind: String, at time: TimeAxis) {
    self.init(
      name: mark.label, title: "\(mark.label)\(mark.target == nil ? "" : " failed") at \(mark.at.preciseClock)",
      kind: kind,
      target: mark.target, position: time.percent(mark.at))
  }

  /// Whether the label is written to the left of its mark, where there is more room.
  var isLeftwards: Bool { position > 60 }

  /// The labels in as few lanes as give each its room; those of one moment beyond ``most`` lanes join the one before.
  static func lanes(_ labels: [StripLabel]) -> [[StripLabel]] {
    var lanes: [[StripLabel]] = []
    for label in labels.sorted(by: { $0.position < $1.position }) {
      if let free = lanes.firstIndex(where: { lane in lane.last.map { label.position - $0.position >= least } ?? true })
      {
        lanes[free].append(label)
      } else if lanes.count < most {
        lanes.append([label])
      } else {
        lanes[most - 1][lanes[most - 1].count - 1].others.append(label)
      }
    }
    return lanes.map(givingRoom)
  }

  private static func givingRoom(_ lane: [StripLabel]) -> [StripLabel] {
    lane.indices.map { index in
      var label = lane[index]
      let before = index > 0 ? lane[index - 1] : nil
      let after = index + 1 < lane.count ? lane[index + 1] : nil
      // Two labels that are written towards each other share what lies between.
      if label.isLeftwards {
        label.room = before.map { (label.position - $0.position) / ($0.isLeftwards ? 1 : 2) } ?? label.position
        label.isNextToAnother = before != nil
      } else {
        label.room = after.map { ($0.position - label.position) / ($0.isLeftwards ? 2 : 1) } ?? (100 - label.position)
        label.isNextToAnother = after != nil
      }
      return label
    }
  }

  var html: HTML {
    let side: HTML = isLeftwards ? " leftwards" : ""
    // A mark is up to 18 pixels wide, half of them on this side.
    let width: HTML = isNextToAnother ? "calc(\(room)% - 14px)" : "\(room)%"
    let place: HTML =
      isLeftwards ? "right:\(100 - position)%;max-width:\(width)" : "left:\(position)%;max-width:\(width)"
    let titles = ([self] + others).map(\.title).joined(separator: "\n")
    let text = name + (others.isEmpty ? "" : " and \(others.count) more")
    guard let target else {
      return "<span class=\"\(kind)\(side)\" style=\"\(place)\" title=\"\(titles)\">\(text)</span>"
    }
    let link = others.isEmpty ? target : "expectations"
    return """
      <a class="\(kind)\(side)" style="\(place)" href="#\(link)" title="\(titles)"><span>✕</span> <b>\(text)</b></a>
      """
  }
}
