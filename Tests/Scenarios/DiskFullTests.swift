import Foundation
import Glibc
import Simulation
import Telemetry
import TestSupport
import Testing

/// A disk that another program fills, and that becomes free again.
@Suite struct DiskFullTests {
  @Test(.timeLimit(.minutes(5)))
  func fullDiskStallsAndRecoversByItself() async throws {
    let disk = try SmallDisk(megabytes: 40)
    guard disk.isMounted else {
      print("skipped: a full disk needs the right to mount a tmpfs")
      return
    }
    let broker = try TestBroker()
    let text = Plants.small(port: broker.port)
      .replacing("data: $DIR/data", with: "data: \(disk.path)/data")
      .appending(
        """

        storage:
          journal: { size: 16 MB, age: 30 d }
          store: { size: 16 MB }
          free-space-floor: 2 MB
          reserve: 1 MB
        """)
    let weir = try WeirProcess(text, directory: TemporaryDirectory(), data: "\(disk.path)/data")
    try weir.start()
    try await weir.waitFor("the connection") { $0.connections.first?.state == "connected" }
    let site = try Plants.site(weir)
    let begin = try #require(Timestamp(rfc3339: "2026-11-02T08:00:00+08:00"))
    let plant = try PlantSimulation(site: site, seed: 3, start: begin, faults: Faults())
    let messages = Array(plant.prefix { $0.time < begin + .hours(2) })
    let middle = messages.count / 2
    try await Plants.publish(messages[..<middle], site: site, settle: .zero)
    try await weir.waitFor("the first half") { $0.messages.decoded >= middle }

    try disk.fill()
    try await Plants.publish(messages[middle...], site: site)
    let down = try await weir.waitFor("the trouble in the status") { $0.verdict == .down }
    #expect(down.reasons.contains { $0.contains("cannot be written") || $0.contains("commit") })

    try disk.free()
    let status = try await weir.waitFor("everything, after the disk is free") { status in
      status.messages.decoded >= messages.count && status.isDelivered
        && status.stages.engineLagBatches == 0 && status.verdict != .down
    }
    #expect(status.messages.balanced && status.samples.balanced)
    #expect(status.samples.quarantined == [:])
    #expect(!status.findings.contains { $0.rule == "disk-full" }, "closed by itself")
    try weir.stop()
    let upstream = try Upstream(file: weir.directory.appending("upstream.jsonl"))
    #expect(upstream.schemaViolations == [])
    // Two hours of three meters, the quarter of an hour with the full disk included: nothing is missing.
    let quarters = upstream.latest("energy-interval").filter { $0.body["coverage"] == "1.0000" }
    let qualities = upstream.latest("energy-interval").map { "\($0.key) \($0.body["quality"]?.stringValue ?? "")" }
    #expect(quarters.count >= 3 * 7, "\(qualities)")
  }
}

/// A file system of its own that is full as soon as a test wants it to be.
final class SmallDisk {
  private let directory: TemporaryDirectory
  let isMounted: Bool
  var path: String { directory.path }

  init(megabytes: Int) throws {
    directory = try TemporaryDirectory()
    isMounted = mount("tmpfs", directory.path, "tmpfs", 0, "size=\(megabytes)m") == 0
  }

  deinit {
    if isMounted, umount2(directory.path, Int32(MNT_DETACH)) != 0 { print("cannot unmount \(directory.path)") }
  }

  /// Writes until nothing fits any more.
  func fill() throws {
    let descriptor = open("\(path)/filler", O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw TestSupportError("cannot fill \(path): error \(errno)") }
    defer { close(descriptor) }
    for size in [1 << 20, 4096, 1] {
      let bytes = [UInt8](repeating: 0x5A, count: size)
      while write(descriptor, bytes, size) == size {}
    }
  }

  func free() throws { try FileManager.default.removeItem(atPath: "\(path)/filler") }
}
