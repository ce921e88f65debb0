import Telemetry
import Templates
import Testing

@Suite struct AssetTests {
  private static func asset() -> Asset {
    Asset(
      id: "press-1", name: "Press", site: "cq1", area: "hall-1", line: "", cell: "", template: "rotating-machine",
      criticality: .normal, connection: "main", topics: [], signals: [], ratedPower: nil)
  }

  @Test("a copy shares nothing that is changed later")
  func copies() {
    let first = Self.asset()
    var second = first
    #expect(first == second)
    second.id = "press-2"
    second.topics.append(TopicMapping(topic: "a", timestamp: nil, messageID: nil, fields: []))
    second.clock = .receiveTime
    #expect(first == Self.asset() && first.hashValue == Self.asset().hashValue)
    #expect(second.id == "press-2" && second.topics.count == 1 && second.clock == .receiveTime)
    #expect(second != first && second.name == first.name)
    var third = second
    third.id = first.id
    third.topics = []
    third.clock = first.clock
    #expect(third == first && second.id == "press-2")
  }
}
