import Alarms
import Rules
import Telemetry
import Testing

@testable import Gateway

@Suite("States of work orders by MQTT") struct WorkOrderIntakeTests {
  private func take(_ topic: String, _ payload: String) -> Result<SiteCommand, AlarmCommand.Mistake>? {
    let intake = WorkOrderIntake(filter: "cmms/orders/+/status")
    return Array(topic.utf8).withUnsafeBufferPointer { topic in
      Array(payload.utf8).withUnsafeBufferPointer { intake.take(topic: topic, payload: $0) }
    }
  }

  @Test func theTopicOrThePayloadNamesTheOrder() throws {
    let told = try #require(take("cmms/orders/12/status", #"{"status":"Resolved","person":"Wang"}"#)).get()
    let command = try WorkOrderCommand(told)
    #expect(command.number == 12 && command.state == .done && command.person == "Wang")
    let other = try #require(take("cmms/orders/x/status", #"{"status":"new","correlation_id":"gw/work-order/gw/7"}"#))
      .get()
    #expect(try WorkOrderCommand(other).number == 7)
  }

  @Test func otherTopicsAreNoneOfItAndNonsenseIsSaid() {
    #expect(take("plant/press-1", "{}") == nil)
    #expect(take("cmms/orders/12/status/x", "{}") == nil)
    for payload in ["", "[]", "{}", #"{"status":"bliss"}"#] {
      guard case .failure? = take("cmms/orders/12/status", payload) else {
        Issue.record("\(payload) is taken")
        continue
      }
    }
  }
}
