/// How a client goes on with a write that the API server did not take, and asked it to send later: nothing was changed by it.
package enum WriteRetry {
  /// How often it is sent again, as by kubectl (Kubernetes, client-go/rest/request.go, `maxRetries`).
  package static let most = 10
}
