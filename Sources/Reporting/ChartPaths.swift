// Outlines of series as SVG path data, in thousandths of the width and pixels of the height.

extension ChartSeries {
  /// Values joined by straight lines, each at the middle of the stretch that it was measured over.
  func linePath(_ time: TimeAxis, _ axis: ValueAxis) -> HTML {
    var path = ""
    for stretch in stretches {
      guard stretch.count > 1 else {
        path += "M\(time.x(stretch[0].start).coordinate) \(axis.y(stretch[0].value).coordinate)"
        path += "H\(max(time.x(stretch[0].end), time.x(stretch[0].start) + 0.5).coordinate)"
        continue
      }
      for (index, sample) in stretch.enumerated() {
        let x = time.x((sample.start + sample.end) / 2).coordinate
        path += "\(index == 0 ? "M" : "L")\(x) \(axis.y(sample.value).coordinate)"
      }
    }
    return HTML(text: path)
  }

  /// Values held level over their stretch; with a base line closed to an area.
  func stepPath(_ time: TimeAxis, _ axis: ValueAxis, closed: Bool = false) -> HTML {
    var path = ""
    for stretch in stretches {
      var level = ""
      for (index, sample) in stretch.enumerated() {
        let y = axis.y(sample.value).coordinate
        let next = index + 1 < stretch.count ? stretch[index + 1].start : sample.end
        if y != level {
          path += index == 0 ? "M\(time.x(sample.start).coordinate) \(y)" : "V\(y)"
          level = y
        }
        if index + 1 == stretch.count || axis.y(stretch[index + 1].value).coordinate != level {
          path += "H\(time.x(next).coordinate)"
        }
      }
      if closed { path += "V\(axis.y(0).coordinate)H\(time.x(stretch[0].start).coordinate)Z" }
    }
    return HTML(text: path)
  }

  /// The stretches in which the value is uncertain, as areas between the smallest and the largest possible one.
  func bandPath(_ time: TimeAxis, _ axis: ValueAxis) -> HTML {
    var path = ""
    for sample in samples where sample.upper > sample.value {
      path += "M\(time.x(sample.start).coordinate) \(axis.y(sample.upper).coordinate)"
      path += "H\(max(time.x(sample.end), time.x(sample.start) + 0.6).coordinate)V\(axis.y(sample.value).coordinate)"
      path += "H\(time.x(sample.start).coordinate)Z"
    }
    return HTML(text: path)
  }

  /// The same series as it was seen, without its uncertainty. A change that took place within less than `tolerance`
  /// seconds is put in the middle of its bounds; over a longer uncertainty the last value that was seen goes on, inside
  /// of the band.
  func asSeen(tolerance: Double) -> ChartSeries {
    var result: [Sample] = []
    for stretch in stretches {
      var start: Double?
      for (index, sample) in stretch.enumerated() {
        if sample.upper > sample.value {
          guard sample.end - sample.start < tolerance else {
            if index > 0, let last = result.last, last.end == sample.start {
              result[result.count - 1] = Sample(start: last.start, end: sample.end, value: last.value)
            }
            start = nil
            continue
          }
          let middle = (sample.start + sample.end) / 2
          if index > 0, let last = result.last, last.end == sample.start, start == nil {
            result[result.count - 1] = Sample(start: last.start, end: middle, value: last.value)
            start = middle
          }
        } else {
          result.append(Sample(start: start ?? sample.start, end: sample.end, value: sample.value))
          start = nil
        }
      }
    }
    return ChartSeries(name: name, style: style, unit: unit, samples: result)
  }
}
