import Testing

@testable import weir

@Suite struct AlarmTextTests {
  @Test(arguments: [0, 24, 25]) func aPageKeepsWhatFits(count: Int) {
    let lines = (0..<count).map { "line \($0)" }
    #expect(AlarmText.shortened(lines) == lines)
  }

  @Test func ofALongCourseTheBeginningAndTheEndAreShown() {
    let lines = AlarmText.shortened((0..<300).map { "line \($0)" })
    #expect(lines.count == 25)
    #expect(lines[7...9] == ["line 7", "  … 276 more (--json has all)", "line 284"])
    #expect(lines.last == "line 299")
  }
}
