import Rules
import Telemetry
import Testing

@testable import Engine

/// What rules saved, under what they saved since.
@Suite struct SavedStateTests {
  final class Reader: StateReader {
    var asked: [String] = []
    func state(_ key: String) throws -> [UInt8]? {
      asked.append(key)
      return ["a": [1], "b": [2], "c": [3]][key]
    }
    func history(asset: UInt32, block: Int64) throws -> [[UInt8]] { [] }
  }

  @Test("several keys give what each gives alone, and only what is not in memory is asked for")
  func several() throws {
    let reader = Reader()
    let saved = SavedState(reader: reader, cachedBytes: 10_000)
    saved.save("b", [9])
    saved.save("c", nil)
    #expect(try saved.load("a") == [1])
    #expect(try saved.load(["d", "c", "b", "a", "d"]) == [nil, nil, [9], [1], nil])
    #expect(reader.asked == ["a", "d", "d"])
    #expect(try saved.load(["d", "a"]) == [nil, [1]] && reader.asked.count == 3)
    #expect(try saved.load([String]()).isEmpty)
    _ = saved.take()
    #expect(try saved.load(["c", "b"]) == [nil, [9]] && reader.asked.count == 3)
  }
}
