import RunTimeline

/// Things that happened, each at a moment of its own, as far as they belong to a window.
struct CountedMoments<Thing> {
  /// Those that certainly lie in the window.
  private(set) var certain: [Thing] = []
  /// Those that may lie in it or outside.
  private(set) var doubtful: [Thing] = []
  /// Both, in the order in which they were given.
  private(set) var all: [Thing] = []

  init(_ things: [Thing], in stretch: RunView.Stretch, at moment: (Thing) -> InstantBounds) {
    for thing in things {
      let at = moment(thing)
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
