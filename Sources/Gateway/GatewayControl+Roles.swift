import Alarms
import Control
import Foundation
import Journal
import Rules
import Telemetry
import Templates

/// Who may do what: by groups of the operating system, if the configuration names some. Everything that is more than
/// looking, and everything that was refused, stands in the journal with the person's login.
extension GatewayControl {
  func authorize(_ caller: ControlCaller, _ act: ControlAct) async throws {
    guard let roles = site.control.roles else { return }
    let person = caller.userID.map { SystemPerson(userID: $0) }
    // Whoever administers the machine, or is the gateway itself, could do it anyway.
    let role = person.flatMap { person in
      person.userID == 0 || person.userID == geteuid() ? .admin : roles.role(of: person.groups)
    }
    let needed = Self.role(for: act)
    let isAllowed = role.map { $0 >= needed } ?? false
    if act != .read || !isAllowed { try audit(person, role, act, isAllowed) }
    guard !isAllowed else { return }
    let groups = roles.groups.filter { $0.key >= needed }.flatMap(\.value).sorted()
    let name = person.map { "\($0.name) is \(role?.rawValue ?? "in none of the groups of this gateway")" }
    throw ControlRefusal(
      .forbidden,
      "You may not do that: \(act.word) is for the role \(needed.rawValue); "
        + "\(name ?? "the system does not say who you are").\n  → "
        + (groups.isEmpty
          ? "Ask the administrator: no group has that role (`control: roles:`)."
          : "Ask to be put into one of the groups \(groups.joined(separator: ", "))."))
  }

  static func role(for act: ControlAct) -> ControlRoles.Role {
    switch act {
    case .read: .viewer
    case .quarantine: .engineer
    case .reload, .ledger: .admin
    case .command(let name):
      switch name {
      case "alarm-acknowledge", "alarm-shelve", "alarm-unshelve", WorkOrderCommand.name: .operator
      default: .engineer
      }
    }
  }

  private func audit(
    _ person: SystemPerson?, _ role: ControlRoles.Role?, _ act: ControlAct, _ isAllowed: Bool
  ) throws {
    var members: [String: JSONValue] = ["act": .string(act.word), "allowed": .boolean(isAllowed)]
    if case .command = act { members["command"] = true }
    if !isAllowed { members["refusal"] = "not for that role" }
    members["user"] = person.map { .string($0.name) }
    members["uid"] = person.map { .integer(Int64($0.userID)) }
    members["role"] = role.map { .string($0.rawValue) }
    try writer.append(command: SiteCommand(name: AuditEntry.checked, members: members))
  }
}

/// A user of the operating system with their groups.
struct SystemPerson {
  let userID: UInt32
  let name: String
  let groups: [String]

  init(userID: UInt32) {
    self.userID = userID
    var buffer = [CChar](repeating: 0, count: 16 << 10)
    var entry = passwd()
    var found: UnsafeMutablePointer<passwd>?
    guard getpwuid_r(userID, &entry, &buffer, buffer.count, &found) == 0, found != nil, let login = entry.pw_name else {
      (name, groups) = ("user \(userID)", [])
      return
    }
    name = String(cString: login)
    var ids = [gid_t](repeating: 0, count: 256)
    var count = Int32(ids.count)
    let got = getgrouplist(login, entry.pw_gid, &ids, &count)
    groups = (got < 0 ? [entry.pw_gid] : Array(ids[..<Int(count)])).compactMap { Self.name(ofGroup: $0) }
  }

  private static func name(ofGroup id: gid_t) -> String? {
    var buffer = [CChar](repeating: 0, count: 64 << 10)
    var entry = group()
    var found: UnsafeMutablePointer<group>?
    guard getgrgid_r(id, &entry, &buffer, buffer.count, &found) == 0, found != nil else { return nil }
    return entry.gr_name.map { String(cString: $0) }
  }
}
