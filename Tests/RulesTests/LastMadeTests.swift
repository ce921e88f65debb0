import Rules
import Testing

@Suite struct LastMadeTests {
  private final class Made: Sendable {}

  @Test func equalNeighboursShareOne() {
    let last = LastMade<[Int], Made>()
    let first = last.value(for: [1, 2]) { Made() }
    #expect(last.value(for: [1, 2]) { Made() } === first)
    let second = last.value(for: [1]) { Made() }
    #expect(second !== first)
    #expect(last.value(for: [1, 2]) { Made() } !== first)
  }
}
