extension Check {
  /// All checks, in the order in which findings of one weight are told: the way there, the autoscaler, room, pods, rollouts,
  /// the network.
  package static let all: [Check] = [
    rightMissing, targetUnreachable, certificateExpiring, clockOffset, descriptorsShort, portsShort,
    referenceBroken, hpaAmbiguous, hpaUnable, metricsMissing, metricsStale, requestMissing, cpuTargetBeyondLimit,
    customMetricUnserved, memoryNeverScalesIn, hpaCannotMove, replicasBesideHPA, selectorOverlap,
    quotaBelowMaximum, quotaBelowRollout, quotaNeedsAmounts, limitRangeRefuses, nodesTooSmall,
    pdbMissing, pdbBlocks, pdbSeveral,
    readinessMissing, livenessMissing, probesIdentical, livenessImpatient, probePortUnknown, startupTooShort,
    startupProbeMissing, livenessOnHealth, probeTimeoutShort,
    preStopMissing, preStopShort, graceTooShort,
    rolloutWithoutFloor, progressDeadlineShort, rolloutSlow,
    imageTag, resourcesMissing, memoryLimitMissing, securityContextMissing,
    policyBlocksPort, dnsBlocked, dnsOverTCPBlocked, policyNamespaceLabel, meshControlBlocked, egressNarrow,
    ingressRewritesAll, ingressPathsBecomeRegex, ingressConnectTimeout, ingressLimitsRequests, ingressGuarded,
    ingressAffinity, ingressCanaryBeside, ingressBodySize, ingressNginxRetired,
    strictMTLSOutside, subsetWithoutPods, meshFieldUnknown, faultWithRetries, ejectionImpossible,
    retriesBeyondTimeout, meshBalancerDeprecated,
  ]
}
