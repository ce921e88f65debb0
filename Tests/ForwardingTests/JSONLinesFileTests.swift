import Foundation
import TestSupport
import Testing

@testable import Forwarding

@Suite struct JSONLinesFileTests {
  func line(_ number: Int) -> [UInt8] { Array(#"{"n":\#(number)}"#.utf8) }
  func lines(_ range: ClosedRange<Int>) -> ArraySlice<[UInt8]> { range.map(line)[...] }

  @Test func appendsAcrossOpenings() throws {
    let folder = try TemporaryDirectory()
    for number in 1...3 {
      var file = JSONLinesFile(path: folder.path + "/out", rotateBytes: 1 << 20, keep: 2)
      try file.append([line(number)]) { _ in }
      file.close()
    }
    #expect(try folder.read("out") == "{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n")
  }

  @Test func rotatesBetweenLinesAndKeepsSoManyFiles() throws {
    let folder = try TemporaryDirectory()
    // Three lines of eight bytes a file.
    var file = JSONLinesFile(path: folder.path + "/out", rotateBytes: 26, keep: 2)
    var durable: [Int] = []
    try file.append(lines(1...4)) { durable.append($0) }
    #expect(durable == [3, 4])
    try file.append(lines(5...9)) { _ in }
    try file.append([line(1), Array(repeating: 0x20, count: 99), line(2)]) { _ in }
    #expect(try folder.names == ["out", "out.1", "out.2"])
    #expect(try folder.lines("out") == ["{\"n\":2}"])
    #expect(try folder.read("out.1").utf8.count == 100)
    #expect(try folder.lines("out.2") == ["{\"n\":1}"])
  }

  @Test func keepsNothingIfToldSo() throws {
    let folder = try TemporaryDirectory()
    var file = JSONLinesFile(path: folder.path + "/out", rotateBytes: 10, keep: 0)
    try file.append(lines(1...3)) { _ in }
    #expect(try folder.names == ["out"])
    #expect(try folder.lines("out") == ["{\"n\":3}"])
  }

  @Test(
    arguments: ["", "{\"n\":1}\n", "{\"n\":1}\n{\"n\":2}\n"],
    ["{\"n\":9", "x", String(repeating: "y", count: 200_000)])
  func tornLastLineIsCutOff(whole: String, torn: String) throws {
    let folder = try TemporaryDirectory()
    try folder.write(whole + torn, to: "out")
    var file = JSONLinesFile(path: folder.path + "/out", rotateBytes: 1 << 20, keep: 2)
    try file.append([line(9)]) { _ in }
    #expect(file.repairedBytes == torn.utf8.count)
    #expect(try folder.read("out") == whole + "{\"n\":9}\n")
  }

  @Test func followsAFileThatWasMovedAway() throws {
    let folder = try TemporaryDirectory()
    var file = JSONLinesFile(path: folder.path + "/out", rotateBytes: 1 << 20, keep: 2)
    try file.append([line(1)]) { _ in }
    try FileManager.default.moveItem(atPath: folder.path + "/out", toPath: folder.path + "/moved")
    try file.append([line(2)]) { _ in }
    #expect(try folder.lines("moved") == ["{\"n\":1}"])
    #expect(try folder.lines("out") == ["{\"n\":2}"])
  }

  @Test func missingFolderHoldsAndAFullDiskRetries() async throws {
    let folder = try TemporaryDirectory()
    let sender = FileSender(path: folder.path + "/missing/out", rotateBytes: 100, keep: 1)
    guard case .hold(let trouble) = await sender.send(makeRecords(1...1)[...]).answer else {
      Issue.record("expected a hold")
      return
    }
    #expect(trouble.detail.hasSuffix("No such file or directory"))
    let full = FileSender(path: "/dev/full", rotateBytes: 1 << 20, keep: 1)
    guard case .retry = await full.send(makeRecords(1...1)[...]).answer else {
      Issue.record("expected a retry")
      return
    }
  }

  @Test func deliversThroughTheForwarder() async throws {
    let folder = try TemporaryDirectory()
    let outbox = MemoryOutbox(makeRecords(1...2500))
    let forwarder = makeForwarder(
      [("file", FileSender(path: folder.path + "/out", rotateBytes: 1 << 24, keep: 1))], outbox)
    forwarder.start()
    #expect(try await soon { outbox.delivered("file").count == 2500 })
    outbox.add(makeRecords(2501...2501))
    forwarder.notify()
    #expect(try await soon { outbox.delivered("file").count == 2501 })
    let status = try #require(try await forwarder.status().first)
    await forwarder.stop()
    let expected = makeRecords(1...2501).map { String(decoding: $0.json, as: UTF8.self) }
    #expect(try folder.lines("out") == expected)
    #expect(status.backlog == 0 && status.deliveredRecords == 2501)
    #expect(status.deliveredBytes == expected.reduce(0) { $0 + $1.utf8.count + 1 })
    let contents = outbox.contents.withLockedValue { $0 }
    #expect(contents.violations == [] && contents.transactions <= 4)
  }
}
