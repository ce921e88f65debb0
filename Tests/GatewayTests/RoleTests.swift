import Control
import Foundation
import Telemetry
import Templates
import Testing

@testable import Gateway

@Suite("Roles") struct RoleTests {
  @Test func whatIsDoneNeedsTheRoleForIt() {
    let acts: [(ControlAct, ControlRoles.Role)] = [
      (.read, .viewer), (.command("alarm-acknowledge"), .operator), (.command("alarm-shelve"), .operator),
      (.command("work-order-state"), .operator), (.command("alarm-suppress"), .engineer),
      (.command("maintenance-record"), .engineer), (.command("notify-test"), .engineer), (.quarantine, .engineer),
      (.reload, .admin), (.ledger, .admin),
    ]
    for (act, role) in acts { #expect(GatewayControl.role(for: act) == role, "\(act)") }
    let paths: [(String, String, ControlAct)] = [
      ("GET", "/v1/alarms", .read), ("POST", "/v1/quarantine/retry", .quarantine), ("POST", "/v1/reload", .reload),
      ("POST", "/v1/ledger/keys", .ledger), ("GET", "/v1/ledger/keys", .read),
    ]
    for (method, path, act) in paths { #expect(ControlAct(method: method, path: path) == act) }
  }

  @Test func aPersonHasTheHighestRoleOfTheirGroups() {
    let roles = ControlRoles(groups: [.viewer: ["plant"], .engineer: ["maintenance"], .admin: []])
    #expect(roles.role(of: ["plant", "maintenance"]) == .engineer)
    #expect(roles.role(of: ["plant"]) == .viewer && roles.role(of: []) == nil)
  }

  @Test func thePersonWhoRunsThisHasANameAndGroups() {
    let person = SystemPerson(userID: getuid())
    #expect(!person.name.isEmpty && !person.groups.isEmpty)
    #expect(SystemPerson(userID: 4_000_000_000).groups.isEmpty)
  }
}
