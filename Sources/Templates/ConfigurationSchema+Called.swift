import Telemetry

/// Who is told and how: routes, work orders, webhooks and mailboxes.
extension ConfigurationSchema {
  private static let someAssets = list("Ids of assets, with `*`.", of: text("An id.", "press-*"))
  private static let names = list("Names of destinations.", of: text("A name.", "duty-phone"))
  private static let levels = list(
    "Priorities; absent: all.", of: words("A priority.", ["low", "medium", "high", "safety"]))
  private static let atPlace = text("Only what stands there.", "cq1/hall-1")
  private static let remark = text("Why.", "agreed with the operators")
  private static let status = text("How well it is founded.", "site")
  private static let inTwo = any(
    "A text, or one in each language.",
    [
      anyText,
      group("English and Chinese.", ["en", "zh"], ["en": anyText, "zh": anyText], required: ["en", "zh"]),
    ])

  /// Keys of `alarms:`.
  static let called: [String: JSONValue] = [
    "language": words("What people read.", Language.allCases.map(\.rawValue)),
    "safety": list(
      "People are in danger while all of `when` holds: judged with each sample.",
      of: group(
        "A condition.", AlarmReader.safetyKeys,
        [
          "rule": text("A rule of a class of safety.", "lockout-violation"), "assets": someAssets, "title": inTwo,
          "when": list(
            "What must hold.",
            of: group(
              "A part.", AlarmReader.partKeys,
              [
                "signal": text("Its name.", "lockout"), "above": number("Its value is above.", "0.5"),
                "below": number("Its value is below.", "0.5"), "is": text("A state.", "locked"),
                "rises": number("It rises by more than this …", "5"), "within": duration("… within this.", "1 min"),
                "deadband": number("How far it must come back.", "0.1"),
              ], required: ["signal"])),
        ], required: ["rule", "assets", "when"])),
    "limits": list(
      "Deadband and delays of kinds of measured values, for signals with `alarm`.",
      of: group(
        "A kind.", AlarmReader.limitKeys,
        [
          "kind": text("The rule is limit-<kind>.", "temperature"), "units": list("Units.", of: text("A unit.", "°C")),
          "words": list("Words of the signals' names.", of: text("A word.", "level")),
          "deadband": text("Of the measuring range.", "1 %"), "on-delay": duration("Before it is raised.", "60 s"),
          "off-delay": duration("Before it returns.", "60 s"), "status": status, "note": remark,
        ], required: ["kind", "deadband"])),
    "guides": list(
      "What people should know of alarms of some rules; they come before those of the table.",
      of: group(
        "A guide.", AlarmReader.guideKeys,
        [
          "rules": list("Names of rules, with `*`.", of: text("A rule.", "no-data")), "title": inTwo, "ignored": inTwo,
          "steps": list("What to do.", of: inTwo), "skill": inTwo, "status": status, "note": remark,
        ], required: ["rules"])),
    "work-orders": any(
      "Which causes become work.",
      [
        words("With all defaults, or not at all.", ["on", "off"]),
        group(
          "Work orders.", AlarmReader.orderKeys,
          [
            "horizon": duration("Failures predicted within this.", "48 h"), "priorities": levels,
            "status-topic": text("Where a maintenance system tells states.", "cmms/orders/+/status"),
            "status-brokers": list("Brokers that have it; default: the first.", of: text("A broker's name.", "plant")),
          ]),
      ]),
    "routes": list(
      "Who is told of which incidents.",
      of: group(
        "A route.", AlarmReader.routeKeys,
        [
          "name": text("Any name.", "night"), "to": names, "priorities": levels, "place": atPlace,
          "assets": someAssets, "shifts": list("Only during these.", of: text("A shift.", "night")),
          "after": duration("Escalation: nobody has acknowledged it for so long.", "15 min"),
          "again": duration("Told again until somebody acknowledges it.", "30 min"),
          "at-most": integer("So many …", 1...10_000), "within": duration("… within this; safety always.", "10 min"),
          "returns": duration("What comes back again and again is told twice in this time; safety always.", "8 h"),
          "tells": list("What is told.", of: words("An event.", AlarmSettings.Route.Event.allCases.map(\.rawValue))),
          "language": words("What people read.", Language.allCases.map(\.rawValue)),
        ], required: ["name", "to"])),
    "stack-lights": list(
      "Lights and horns.",
      of: group(
        "A light.", AlarmReader.lightKeys, ["to": text("A destination.", "light-hall-1"), "place": atPlace],
        required: ["to"])),
  ]

  private static func secret(_ name: String) -> [String: JSONValue] {
    [
      "\(name)-file": text("File with it.", "/etc/weir/secret"),
      "\(name)-env": text("Environment variable with it.", "WEIR_SECRET"),
      "\(name)-credential": text("systemd credential with it.", "secret"),
    ]
  }

  /// Transports of a destination.
  static let channels: [String: JSONValue] = [
    "webhook": group(
      "A web address that takes one record a request.", SiteReader.webhookKeys,
      [
        "url": text("The address.", "https://example.com/hook"),
        "shape": words("How it is written.", Destination.MessageShape.allCases.map(\.rawValue)),
        "template": text("With {title}, {text}, {priority}, {place}, {number}.", "{\"text\": \"{title}\"}"),
        "update": text(
          "Where later revisions go, by PUT; off = nowhere; default: to the address, like the first.",
          "https://example.com/orders/{number}"), "tls": tls,
        "timeout": duration("Of a request.", "20 s"),
      ].merging(secret("url")) { $1 }.merging(secret("token")) { $1 }.merging(secret("signing")) { $1 }),
    "email": group(
      "Mailboxes, by SMTP.", SiteReader.emailKeys,
      [
        "server": text("smtps:// or smtp://.", "smtps://mail.example.com:465"),
        "from": text("Whom it is from.", "weir@example.com"),
        "to": list("Mailboxes.", of: text("An address.", "duty@example.com")),
        "username": text("For the server.", "weir"), "timeout": duration("Of a mail.", "30 s"),
      ].merging(secret("password")) { $1 }, required: ["server", "from", "to"]),
  ]
}
