import Control

enum SampleStatus {
  static let degraded = GatewayStatus(
    gateway: "cq1", version: "0.1.0", verdict: .degraded, reasons: ["1 warning is open; see FINDINGS."],
    started: "2026-11-21T08:00:00+08:00", uptimeSeconds: 23405, now: "2026-11-21T14:30:05+08:00", zone: "Asia/Shanghai",
    configurationHash: "abc",
    connections: [
      .init(
        name: "main", broker: "127.0.0.1:1883", state: "connected", since: "2026-11-21T08:00:01+08:00",
        lastMessage: "2026-11-21T14:30:05+08:00", lastMessageAgeSeconds: 0.2, reconnects: 1, lastError: nil,
        brokerSavesEverySeconds: 60)
    ],
    stages: .init(
      messagesPerSecond: 4.6, samplesPerSecond: 24, engineLagBatches: 0, engineLagSeconds: 0,
      plantClock: "2026-11-21T14:30:05+08:00", waitingConnections: [], residentBytes: 48_000_000),
    assets: .init(configured: 17, reporting: 15, quiet: 1, silent: 1, waiting: 0, never: 0),
    messages: .init(received: 107_123, decoded: 107_118, redelivered: 2, quarantined: ["not-json": 3], balanced: true),
    samples: .init(
      decoded: 642_700, used: 642_610, duplicate: 40, quarantined: ["future-timestamp": 6], pending: 44, balanced: true),
    records: ["energy-interval": 156, "signal-summary": 5460],
    destinations: [
      .init(
        name: "archive", transport: "file data/demo/records.jsonl", state: "idle", since: nil, lastSuccess: nil,
        lastError: nil, issued: 5616, delivered: 5616, pending: 0, refused: [:], evicted: [:], balanced: true,
        deliveredBytes: 4_300_000)
    ],
    storage: .init(
      journalBytes: 9_000_000, storeBytes: 7_000_000, brokerBytes: 40_000, freeBytes: 80_000_000_000,
      bytesWritten: 32_500_000, bytesWrittenPerDay: 120_000_000, payloadBytes: 21_000_000, forwardedBytes: 4_300_000,
      reduction: 0.795),
    findings: [
      .init(
        key: "no-data/press-2", rule: "no-data", subject: "press-2", severity: "warning",
        opened: "2026-11-21T14:02:10+08:00",
        summary: "press-2 at cq1/hall-1/press/2 sends nothing: last reading 2026-11-21T14:01:10+08:00.",
        advice: "Check power and network of the device and that it publishes to plant/hall-1/press-2.", evidence: [:])
    ])
}
