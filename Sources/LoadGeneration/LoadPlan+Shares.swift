import Curl
package import LoadDriving

extension LoadPlan {
  /// The most connections at one time.
  var mostConnections: Int { min(connections.maximum ?? maxInFlight, maxInFlight) }

  /// What one worker has of it.
  ///
  /// - Parameters:
  ///   - rotations: by stream.
  ///   - start: of the load, in nanoseconds of the transport's clock.
  package func share(of worker: Int, rotations: [RouteRotation], start: Int64) -> WorkerPlan {
    // So that all together have what the plan allows.
    func share(of total: Int) -> Int { total / workers + (worker < total % workers ? 1 : 0) }
    return WorkerPlan(
      worker: worker, of: workers, start: start, streams: streams, rotations: rotations,
      expected: routes.map(\.expected), connections: connections, isMultiplexed: httpVersion.isMultiplexed,
      intervals: wallIntervals, maxInFlight: share(of: maxInFlight), maxLanes: share(of: mostConnections),
      maxLateness: maxLateness, lateAfter: lateAfter, connectTimeout: connectTimeout, requestTimeout: requestTimeout,
      drainTimeout: drainTimeout, failureSamplesPerInterval: failureSamplesPerInterval)
  }

  /// How the routes of each stream take turns.
  package func rotations() throws(LoadGenerationError) -> [RouteRotation] {
    var rotations: [RouteRotation] = []
    for stream in streams {
      do throws(RotationProblem) {
        rotations.append(try RouteRotation(weights: stream.routes.map { routes[$0].weight }))
      } catch {
        throw LoadGenerationError(error.description)
      }
    }
    return rotations
  }
}
