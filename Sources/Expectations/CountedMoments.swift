import RunTimeline

/// Things that happened, each at a moment of its own, as far as they belong to a window; in the order of their moments.
struct CountedMoments<Thing> {
  /// Those that certainly lie in the window.
  private(set) var certain: [Thing] = []
  /// Those that may lie in it or outside.
  private(set) var doubtful: [Thing] = []
  /// Both.
  private(set) var all: [Thing] = []

  init(_ things: [Thing], in stretch: RunView.Stretch, at moment: (Thing) -> InstantBounds) {
    let dated = things.map { (thing: $0, at: moment($0)) }
      .sorted { ($0.at.earliest, $0.at.latest) < ($1.at.earliest, $1.at.latest) }
    for (thing, at) in dated {
      if at.earliest >= stretch.start.latest, at.latest <= stretch.end.earliest {
        certain.append(thing)
      } else if at.latest >= stretch.start.earliest, at.earliest <= stretch.end.latest {
        doubtful.append(thing)
      } else {
        continue
      }
      all.append(thing)
    }
  }
}
